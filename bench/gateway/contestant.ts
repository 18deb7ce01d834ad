import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '#platform/process/free-port.ts'
import { type Loaded, run, type Usage, usageOf } from './load.ts'
import type { Peer, Where } from './peers.ts'

export type Contest = Omit<Where, 'port'> & {
  readonly body: string
  readonly connections: number
  /** How many requests the subgraphs have had. */
  readonly fetches: () => Promise<number>
}

/** A gateway that is up, and answers `body` under load for a while. */
export type Contestant = AsyncDisposable & {
  readonly name: string
  readonly answer: unknown
  readonly load: (seconds: number, isUnique: boolean) => Promise<Slice>
}

/** What was seen in one slice of load. */
export type Slice = Loaded & {
  readonly cpuMs: number
  readonly fetches: number
  readonly memoryMb: number
}

/** Starts a gateway on the first core; the other one is for load and subgraphs. Gives a sentence when it does not come up. */
export const enter = async (peer: Peer, contest: Contest): Promise<Contestant | string> => {
  const port = await freePort()
  const launch = peer.launch({ ...contest, port })
  if (launch === undefined) return 'is not installed'
  const child = startOn(0, launch.command, launch.args, { cwd: contest.work, env: launch.env })
  child.stdout?.resume()
  const url = `http://127.0.0.1:${port}/graphql`
  if (!(await untilAnswers(url, child))) {
    await stop(child)
    return 'does not come up'
  }
  const usage = (): Usage => usageOf(child.pid ?? 0, pids())
  return {
    name: peer.name,
    answer: await ask(url, contest.body),
    load: async (seconds, isUnique) => {
      const before = { cpuMs: usage().cpuMs, fetches: await contest.fetches() }
      const loaded = await run({ url, body: contest.body, connections: contest.connections, seconds, isUnique })
      const { cpuMs, memoryMb } = usage()
      return { ...loaded, cpuMs: cpuMs - before.cpuMs, fetches: (await contest.fetches()) - before.fetches, memoryMb }
    },
    [Symbol.asyncDispose]: () => stop(child),
  }
}

type Starting = { readonly cwd: string; readonly env?: Readonly<Record<string, string>> | undefined }

/** Starts a program on one core, where `taskset` is there to say so. */
export const startOn = (core: number, command: string, args: readonly string[], { cwd, env }: Starting): ChildProcess => {
  const isPinned = existsSync(taskset)
  const [program, all] = isPinned ? [taskset, ['-c', String(core), command, ...args]] : [command, args]
  return spawn(program, all, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'ignore'], cwd })
}

export const taskset = '/usr/bin/taskset'

export const stop = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  if ((await Promise.race([ended, sleep(5_000, 'late', { ref: false })])) === 'late') child.kill('SIGKILL')
}

const ask = async (url: string, body: string): Promise<unknown> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    signal: AbortSignal.timeout(30_000),
  })
  return response.json()
}

const untilAnswers = async (url: string, child: ChildProcess): Promise<boolean> => {
  for (let tries = 0; tries < 150 && child.exitCode === null; tries += 1) {
    const answer = await ask(url, JSON.stringify({ query: '{ __typename }' })).catch(() => undefined)
    if ((answer as { data?: unknown } | undefined)?.data) return true
    await sleep(200)
  }
  return false
}

const pids = (): readonly number[] => readdirSync('/proc').map(Number).filter(Number.isInteger)
