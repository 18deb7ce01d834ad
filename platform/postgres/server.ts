import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { CinegraphError, messageOf } from '#platform/errors/errors.ts'
import type { Log } from '#platform/observe/log.ts'
import { type Installation, locateInstallation } from '#platform/postgres/binaries.ts'
import { createClient } from '#platform/postgres/connections.ts'
import { logServerLine } from '#platform/postgres/server-log.ts'
import { processBirth } from '#platform/process/birth.ts'

const run = promisify(execFile)
const user = 'cinegraph'
const readyMs = 30_000

export type PostgresOptions = {
  readonly dataDir: string
  readonly port: number
  readonly password: string
  readonly log: Log
  readonly settings?: readonly string[]
}
export type PostgresServer = AsyncDisposable & {
  readonly pid: number
  /** Connection URL of a database on this server. */
  readonly url: (database: string) => string
  /** Resolves when the server process has ended, asked or not. */
  readonly ended: Promise<void>
}

export const postgresUrl = ({ port, password, database }: { port: number; password: string; database: string }): string =>
  `postgresql://${user}:${password}@127.0.0.1:${port}/${database}`

const serverSettings = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=120',
  'shared_buffers=64MB',
  'logging_collector=off',
  'log_min_messages=warning',
  'log_checkpoints=off',
  // NOTE: the text of a statement that fails may hold a secret.
  'log_min_error_statement=panic',
]

/**
 * Starts the PostgreSQL that an npm package carries on a data folder, making the cluster on first use. A server that a
 * killed parent left behind on that folder is stopped first. Throws DATABASE_UNAVAILABLE when it does not come up.
 */
export const startPostgres = async ({ dataDir, port, password, log, settings = [] }: PostgresOptions): Promise<PostgresServer> => {
  const place = await locateInstallation(dataDir)
  if ((await stat(join(place.cluster, 'PG_VERSION')).catch(() => null)) === null) await createCluster(place, password)
  await stopLeftover(place.cluster)
  const options = [...serverSettings, `port=${port}`, ...settings].flatMap((each) => ['-c', each])
  // NOTE: in a process group of its own, so that Ctrl-C in a terminal does not stop the database before its users.
  const child = spawn(join(place.bin, 'postgres'), ['-D', place.cluster, ...options], {
    ...place.runAs,
    cwd: place.cluster,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = once(child, 'exit').then(() => undefined)
  const accepts = Promise.withResolvers<void>()
  if (child.stderr)
    createInterface(child.stderr).on('line', (line) => {
      if (line.endsWith('database system is ready to accept connections')) accepts.resolve()
      logServerLine(log, line)
    })
  const url = (database: string) => postgresUrl({ port, password, database })
  await Promise.race([accepts.promise, ended, sleep(readyMs, undefined, { ref: false })])
  await untilReady(url('postgres'), child)
  return { pid: child.pid ?? 0, url, ended, [Symbol.asyncDispose]: () => stopChild(child, ended) }
}

const createCluster = async ({ bin, cluster, runAs }: Installation, password: string): Promise<void> => {
  const fresh = `${cluster}.new`
  const secretDir = await mkdtemp(join(tmpdir(), 'cinegraph-'))
  const passwordFile = join(secretDir, 'password')
  try {
    await writeFile(passwordFile, password, { mode: 0o600 })
    if (runAs !== undefined) for (const path of [secretDir, passwordFile]) await chown(path, runAs.uid, runAs.gid)
    await rm(fresh, { recursive: true, force: true })
    const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C']
    await run(join(bin, 'initdb'), ['-D', fresh, '-U', user, `--pwfile=${passwordFile}`, '--auth=scram-sha-256', ...locale], {
      ...runAs,
      cwd: dirname(cluster),
    })
    await rename(fresh, cluster)
  } finally {
    await rm(secretDir, { recursive: true, force: true })
  }
}

/** Whether a server that a killed parent left behind still runs on a data folder; `startPostgres` stops it. */
export const hasLeftover = async (dataDir: string): Promise<boolean> =>
  (await leftoverPid((await locateInstallation(dataDir)).cluster)) !== undefined

const leftoverPid = async (cluster: string): Promise<number | undefined> => {
  const file = join(cluster, 'postmaster.pid')
  const [line = '', folder = ''] = (await readFile(file, 'utf8').catch(() => '')).split('\n')
  const pid = Number(line)
  if (!Number.isInteger(pid) || pid <= 1 || folder !== cluster || processBirth(pid) === null) return undefined
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => 'postgres')
  return commandLine.includes('postgres') ? pid : undefined
}

const stopLeftover = async (cluster: string): Promise<void> => {
  const pid = await leftoverPid(cluster)
  if (pid === undefined) return
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    process.kill(pid, signal)
    for (let waited = 0; waited < 10_000; waited += 50) {
      if (processBirth(pid) === null) return
      await sleep(50)
    }
  }
}

const untilReady = async (url: string, child: ChildProcess): Promise<void> => {
  let why = `it has not answered within ${readyMs / 1000} s`
  for (const limit = Date.now() + readyMs; Date.now() < limit && child.exitCode === null; ) {
    const client = createClient({ connectionString: url, connectionTimeoutMillis: 2_000 })
    try {
      await client.connect()
      await client.query('select 1')
      return
    } catch (error) {
      why = messageOf(error)
      await sleep(25)
    } finally {
      await client.end().catch(() => undefined)
    }
  }
  child.kill('SIGQUIT')
  throw new CinegraphError('DATABASE_UNAVAILABLE', { why: child.exitCode === null ? why : 'it ended at once; its log says why' })
}

/** Waits for clients to leave, then asks them to, then does not ask. */
const stopChild = async (child: ChildProcess, ended: Promise<void>): Promise<void> => {
  for (const [signal, waitMs] of [
    ['SIGTERM', 6_000],
    ['SIGINT', 10_000],
    ['SIGQUIT', 5_000],
  ] as const) {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill(signal)
    const patience = new AbortController()
    await Promise.race([ended, sleep(waitMs, undefined, { signal: patience.signal }).catch(() => undefined)])
    patience.abort()
  }
}
