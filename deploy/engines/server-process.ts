import { spawn } from 'node:child_process'
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { absentAsNull } from '#platform/files/durable.ts'
import { processBirth } from '#platform/process/birth.ts'
import type { Command, Server } from './recipe.ts'

const patienceMs = 20_000

/** Beside the server's own folder, so that it finds that one empty. */
const fileOf = ({ dir }: Server, ending: 'pid' | 'log'): string => `${dir}.${ending}`
export const logOf = (server: Server): string => fileOf(server, 'log')

/** The id of a server's process; undefined when it does not run. */
export const pidOf = async (server: Server): Promise<number | undefined> => {
  const [pid = '', birth = ''] = ((await readFile(fileOf(server, 'pid'), 'utf8').catch(absentAsNull)) ?? '').trim().split(' ')
  return birth !== '' && processBirth(Number(pid)) === birth ? Number(pid) : undefined
}

/** Starts a server that outlives this process, in a process group of its own, and writes down which it is. */
export const launch = async (server: Server, { program, args, env = {}, runAs }: Command): Promise<number> => {
  await mkdir(dirname(server.dir), { recursive: true })
  await using log = await open(logOf(server), 'a')
  const { PATH = '', HOME = server.dir } = process.env
  const child = spawn(program, [...args], {
    ...runAs,
    cwd: server.dir,
    env: { PATH, HOME, LANG: 'C.UTF-8', ...env },
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  })
  const pid = await new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('spawn', () => resolve(child.pid ?? 0))
  })
  child.unref()
  await writeFile(fileOf(server, 'pid'), `${pid} ${processBirth(pid) ?? ''}\n`)
  return pid
}

/** Ends the process that `launch` started, and no other: asks it, and after 20 s does not ask. */
export const end = async (server: Server): Promise<void> => {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const pid = await pidOf(server)
    if (pid === undefined) break
    // NOTE: a process that was stopped takes no other signal until it goes on.
    process.kill(pid, 'SIGCONT')
    process.kill(pid, signal)
    for (let waitedMs = 0; waitedMs < patienceMs && (await pidOf(server)) !== undefined; waitedMs += 50) await sleep(50)
  }
  await rm(fileOf(server, 'pid'), { force: true })
}

/** The last lines of what a server said. */
export const lastLines = async (server: Server, count: number): Promise<string> =>
  ((await readFile(logOf(server), 'utf8').catch(absentAsNull)) ?? '').trimEnd().split('\n').slice(-count).join('\n')

/** Removes data, settings, log. */
export const clear = async (server: Server): Promise<void> => {
  await rm(server.dir, { recursive: true, force: true })
  await rm(logOf(server), { force: true })
}

export const serverDir = (run: string, engine: string, server: string): string => join(run, engine, server)
