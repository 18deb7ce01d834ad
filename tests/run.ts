import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { Links } from '../start/links.ts'
import { until } from './member.ts'

const home = join(import.meta.dirname, '..')

export type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string }
export type Started = AsyncDisposable & {
  readonly links: Links
  readonly process: ChildProcess
  readonly stderr: () => string
  readonly ended: Promise<Ended>
}

/** How many ports in a row one service uses. */
export const portsOfOneService = 13
const startMs = 300_000

/** The first of so many ports in a row that nothing listens on, below those that the system gives away by itself. */
export const freePortBase = async (): Promise<number> => {
  for (;;) {
    const base = 20_000 + 20 * Math.floor(Math.random() * 600)
    const free = await Promise.all(Array.from({ length: portsOfOneService }, (_, offset) => isFree(base + offset)))
    if (free.every(Boolean)) return base
  }
}

const isFree = async (port: number): Promise<boolean> => {
  const server = createServer().listen(port, '127.0.0.1')
  const free = await once(server, 'listening').then(
    () => true,
    () => false,
  )
  server.close()
  return free
}

const launch = (
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  from = home,
): { readonly process: ChildProcess; readonly out: { stdout: string; stderr: string }; readonly ended: Promise<Ended> } => {
  const child = spawn(process.execPath, [join(from, 'start/main.ts'), ...args], {
    cwd: from,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const out = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk) => (out.stdout += chunk))
  child.stderr.on('data', (chunk) => (out.stderr += chunk))
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...out }))
  return { process: child, out, ended }
}

/** Starts the service as `npm start` does, and gives what it said once it has ended. */
export const startAndEnd = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> => launch(args, env).ended

/** Where a service runs: the first of its ports, the tree that it is started from, and what its environment has more. */
export type Place = { readonly portBase?: number; readonly home?: string; readonly env?: Readonly<Record<string, string>> }

/** Starts the service as `npm start` does, and waits for its links. */
export const startService = async (dir: string, args: readonly string[] = [], place: Place = {}): Promise<Started> => {
  const base = place.portBase ?? (await freePortBase())
  const {
    process: child,
    out,
    ended,
  } = launch(['--data', dir, '--port-base', String(base), '--json', '--no-demo-footage', ...args], place.env ?? {}, place.home)
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
    await ended
  }
  const links = await until(`the service is up (${args.join(' ')})`, startMs, async () => {
    if (child.exitCode !== null) throw new Error(out.stderr)
    const line = out.stdout.split('\n').find((each) => each.startsWith('{"web"'))
    return line === undefined ? undefined : (JSON.parse(line) as Links)
  }).catch(async (error: unknown) => {
    await stop()
    throw error
  })
  return { links, process: child, stderr: () => out.stderr, ended, [Symbol.asyncDispose]: stop }
}

/** Process ids below `pid`, by the main file they run; Linux only. */
export const childrenOf = (pid: number): ReadonlyMap<string, number> => {
  const ids = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter((id) => id !== '')
    .map(Number)
  return new Map(
    ids.flatMap((id) => {
      const name = nameOf(id)
      return name === undefined ? [] : [[name, id] as const]
    }),
  )
}

/** The process id of a child by its name in `childrenOf`. Throws when there is none: a signal to 0 would reach the own process group. */
export const childOf = (pid: number, name: string): number => {
  const found = childrenOf(pid).get(name)
  if (found === undefined) throw new Error(`${name} does not run below ${pid}`)
  return found
}

/** Undefined for a process that has just ended, or has not yet become what it will be. */
const nameOf = (pid: number): string | undefined => {
  try {
    const port = /CINEGRAPH_PORT=(\d+)/.exec(readFileSync(`/proc/${pid}/environ`, 'utf8'))?.[1] ?? ''
    const file = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      .split('\0')
      .find((part) => part.endsWith('.ts') || part.endsWith('/postgres'))
    return file === undefined ? undefined : `${file.split('/').slice(-2).join('/')}${port === '0' ? '' : ` ${port}`}`
  } catch {
    return undefined
  }
}
