import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '#platform/free-port.ts'
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

/** A run of ports that nothing listens on. */
export const freePortBase = async (): Promise<number> => {
  for (;;) {
    const base = await freePort()
    if (base > 20_000 && base < 60_000) return base
  }
}

const launch = (
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): { readonly process: ChildProcess; readonly out: { stdout: string; stderr: string }; readonly ended: Promise<Ended> } => {
  const child = spawn(process.execPath, [join(home, 'start/main.ts'), ...args], {
    cwd: home,
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

/** Starts the service as `npm start` does, and waits for its links. */
export const startService = async (dir: string, args: readonly string[] = [], portBase?: number): Promise<Started> => {
  const base = portBase ?? (await freePortBase())
  const { process: child, out, ended } = launch(['--data', dir, '--port-base', String(base), '--json', '--no-demo-footage', ...args], {})
  const links = await until(`the service is up (${args.join(' ')})`, 60_000, async () => {
    if (child.exitCode !== null) throw new Error(out.stderr)
    const line = out.stdout.split('\n').find((each) => each.startsWith('{"web"'))
    return line === undefined ? undefined : (JSON.parse(line) as Links)
  })
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
    await ended
  }
  return { links, process: child, stderr: () => out.stderr, ended, [Symbol.asyncDispose]: stop }
}

/** Process ids below `pid`, by the main file they run; Linux only. */
export const childrenOf = (pid: number): ReadonlyMap<string, number> => {
  const ids = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter((id) => id !== '')
  return new Map(ids.map((id) => [nameOf(Number(id)), Number(id)]))
}

const nameOf = (pid: number): string => {
  const environment = readFileSync(`/proc/${pid}/environ`, 'utf8')
  const port = /CINEGRAPH_PORT=(\d+)/.exec(environment)?.[1] ?? ''
  const file = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[1] ?? ''
  return `${file.split('/').slice(-2).join('/')}${port === '0' ? '' : ` ${port}`}`
}
