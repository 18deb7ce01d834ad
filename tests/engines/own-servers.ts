import { readFileSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { endAbandoned, own, ownedPrefix } from '../../deploy/engines/abandoned.ts'
import { downByPackages, upByPackages } from '../../deploy/engines/by-packages.ts'
import { placed } from '../../deploy/engines/engines.ts'
import type { Recipe } from '../../deploy/engines/recipe.ts'
import { pidOf } from '../../deploy/engines/server-process.ts'
import { remember } from '../../deploy/engines/state.ts'
import { until } from '../member.ts'
import type { Fault } from './faults/rig.ts'
import { engineCacheVariable } from './up.ts'

type Signal = 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'
export type OwnServers = AsyncDisposable & {
  /** The settings with which they are used. */
  readonly env: Readonly<Record<string, string>>
  /** Where a server keeps its data. */
  readonly dirOf: (server: string) => string
  /** Reaches all processes of the server. Resolves when it has ended, for SIGKILL. */
  readonly signal: (server: string, signal: Signal) => Promise<void>
  /** Starts those again that have ended. */
  readonly restart: () => Promise<void>
}

/** The processes below one, however deep. NOTE: each connection of PostgreSQL is one, and goes on when the first stands still. */
const descendantsOf = (pid: number): readonly number[] => {
  const below = unlessGone(() => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()) ?? ''
  return below === '' ? [] : below.split(' ').flatMap((child) => [Number(child), ...descendantsOf(Number(child))])
}

/** Sends a signal to a process and all below it. NOTE: one that stands still begins no others meanwhile. */
const signalAll = (pid: number, signal: Signal): void => {
  unlessGone(() => process.kill(pid, 'SIGSTOP'))
  for (const each of [...descendantsOf(pid), pid]) unlessGone(() => process.kill(each, signal))
}

/** What is done to a process, unless that has ended. */
const unlessGone = <T>(act: () => T): T | undefined => {
  try {
    return act()
  } catch {
    return undefined
  }
}

/** Servers of one engine that no other test uses, so that they can be stopped and killed; of some engines, so many as are asked for. */
export const ownServers = async (recipe: Recipe, count?: 1 | 3): Promise<OwnServers> => {
  await endAbandoned()
  const run = await mkdtemp(join(tmpdir(), ownedPrefix))
  // NOTE: run as root, a server may have an account of its own, which must be able to enter.
  await chmod(run, 0o755)
  await own(run)
  const sizes = recipe.size === undefined || count === undefined ? {} : { [recipe.size]: count }
  const servers = await placed(recipe, 'packages', { run, sizes })
  await remember(run, recipe.name, { how: 'packages', servers, env: {} })
  const kit = { cache: process.env[engineCacheVariable] ?? run, say: () => undefined }
  const restart = async (): Promise<void> => {
    await upByPackages(recipe, servers, kit)
    await recipe.settle?.(servers)
  }
  const pid = async (name: string): Promise<number | undefined> => (servers[name] === undefined ? undefined : pidOf(servers[name]))
  const end = async (): Promise<void> => {
    await downByPackages(servers)
    await rm(run, { recursive: true, force: true })
  }
  await restart().catch(async (error: unknown) => {
    await end()
    throw error
  })
  return {
    env: recipe.env(servers),
    restart,
    dirOf: (name) => servers[name]?.dir ?? '',
    signal: async (name, signal) => {
      const found = await pid(name)
      if (found === undefined) throw new Error(`${name} does not run`)
      signalAll(found, signal)
      if (signal === 'SIGKILL') await until(`${name} has ended`, 20_000, async () => ((await pid(name)) === undefined ? true : undefined))
    },
    [Symbol.asyncDispose]: end,
  }
}

/** A server is killed, and started again on its data. */
export const killed = (servers: OwnServers, name: string, more: Partial<Fault> = {}): Fault => ({
  name: `kill -9 ${name}`,
  begin: () => servers.signal(name, 'SIGKILL'),
  end: () => servers.restart(),
  ...more,
})

/** A server keeps its connections and does nothing, and goes on later. */
export const stoodStill = (servers: OwnServers, name: string, more: Partial<Fault> = {}): Fault => ({
  name: `SIGSTOP ${name}`,
  begin: () => servers.signal(name, 'SIGSTOP'),
  end: () => servers.signal(name, 'SIGCONT'),
  ...more,
})
