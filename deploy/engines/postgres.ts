import { execFile } from 'node:child_process'
import { chown, cp, mkdir, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type Installation, locateInstallation } from '#platform/postgres/binaries.ts'
import { createClient } from '#platform/postgres/connections.ts'
import { addressOf, type Recipe, type Server, type Servers, serverOf } from './recipe.ts'

const exec = promisify(execFile)
const user = 'cinegraph'
const [primary, standby] = ['postgres-a', 'postgres-b'] as const
const syncMs = 30_000

const settings = [
  ...['wal_level=replica', 'hot_standby=on', 'synchronous_commit=on', 'wal_keep_size=256MB'],
  ...['max_connections=150', 'shared_buffers=64MB', 'unix_socket_directories=', 'log_min_messages=warning'],
]

/** NOTE: nobody but this machine reaches it, and it holds nothing but tests. */
const password = 'cinegraph-on-loopback'

const urlOf = (servers: readonly Server[], database: string): string =>
  `postgresql://${user}:${password}@${servers.map((server) => addressOf(server, 'client')).join(',')}/${database}`

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

/** A new cluster, and its twin for the standby: neither has run yet, so that both begin at one place of the log. */
const createTwins = async (servers: Servers): Promise<void> => {
  const [a, b] = [serverOf(servers, primary), serverOf(servers, standby)]
  await mkdir(b.dir, { recursive: true })
  const [one, other] = [await locateInstallation(a.dir), await locateInstallation(b.dir)]
  const passwordFile = `${a.dir}.password`
  await writeFile(passwordFile, password, { mode: 0o644 })
  const options = ['-D', one.cluster, '-U', user, `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C']
  await exec(join(one.bin, 'initdb'), options, { ...one.runAs, cwd: '/' })
  await cp(one.cluster, other.cluster, { recursive: true })
  const source = `host=${a.host} port=${a.ports.client} user=${user} password=${password} application_name=${standby}`
  await writeFile(join(other.cluster, 'standby.signal'), '')
  await writeFile(join(other.cluster, 'postgresql.auto.conf'), `primary_conninfo = '${source}'\n`)
  await giveTo(other)
}

/** As root, what was copied belongs to root, and the server does not. */
const giveTo = async ({ cluster, runAs }: Installation): Promise<void> => {
  await exec('chmod', ['-R', 'go-rwx', cluster])
  if (runAs === undefined) return
  await exec('chown', ['-R', `${runAs.uid}:${runAs.gid}`, cluster])
  await chown(dirname(cluster), runAs.uid, runAs.gid)
}

const ask = async (server: Server, sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> => {
  const client = createClient({ connectionString: urlOf([server], 'postgres'), connectionTimeoutMillis: 2_000 })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

/** From then on a commit is acknowledged when both have it. */
const makeSynchronous = async (servers: Servers): Promise<void> => {
  const server = serverOf(servers, primary)
  // NOTE: brought up again after a promotion, the standby of then is the primary now, and waits for nobody.
  const [row] = await ask(server, 'select pg_is_in_recovery() as "isStandby"')
  if (row?.isStandby === true) return
  await ask(server, `alter system set synchronous_standby_names = 'FIRST 1 ("${standby}")'`)
  await ask(server, 'select pg_reload_conf()')
  for (const until = Date.now() + syncMs; Date.now() < until; await sleep(100)) {
    const found = await ask(server, `select 1 from pg_stat_replication where application_name = '${standby}' and sync_state = 'sync'`)
    if (found.length > 0) return
  }
  throw new Error('the standby does not follow the primary')
}

/** A primary and a standby that has every commit before it is acknowledged, from the binaries of the embedded database. */
export const postgres: Recipe = {
  name: 'postgres',
  version: 'PostgreSQL 18',
  servers: [primary, standby].map((name) => ({ name, ports: ['client'] })),
  inTurn: true,
  provide: async () => ({}),
  command: async ({ server, servers }) => {
    const { bin, cluster, runAs } = await locateInstallation(server.dir)
    if (server.name === primary && !(await exists(join(cluster, 'PG_VERSION')))) await createTwins(servers)
    const options = [...settings, `listen_addresses=${server.host}`, `port=${server.ports.client}`].flatMap((each) => ['-c', each])
    return { program: join(bin, 'postgres'), args: ['-D', cluster, ...options], runAs }
  },
  ready: async (server) => void (await ask(server, 'select 1')),
  settle: makeSynchronous,
  env: (servers) => ({ DATABASE_URL: urlOf(Object.values(servers), 'cinegraph') }),
}
