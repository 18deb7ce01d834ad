import pg from 'pg'
import { hostsOf, withHost } from './addresses.ts'
import { type Host, type Standing, Writer } from './writer.ts'

const ignore = (): undefined => undefined
const probeMs = 2_000

const standing = `select current_setting('transaction_read_only') = 'off' as writes,
  case when pg_is_in_recovery() then '0' else left(pg_walfile_name(pg_current_wal_lsn()), 8) end as timeline`

/** Asks one server whether it takes writes. */
const probe =
  (connectionString: string) =>
  async (host: Host): Promise<Standing> => {
    const client = new pg.Client({
      connectionString: withHost(connectionString, host),
      connectionTimeoutMillis: probeMs,
      query_timeout: probeMs,
      application_name: 'cinegraph-writer',
    })
    client.on('error', ignore)
    try {
      await client.connect()
      const { rows } = await client.query<{ writes: boolean; timeline: string }>(standing)
      return { isWriter: rows[0]?.writes === true, timeline: Number.parseInt(rows[0]?.timeline ?? '0', 16) }
    } finally {
      void client.end().catch(ignore)
    }
  }

const writers = new Map<string, Writer>()
const writerOf = (connectionString: string): Writer => {
  const known = writers.get(connectionString) ?? new Writer(hostsOf(connectionString), probe(connectionString))
  writers.set(connectionString, known)
  return known
}

type Address = { readonly connectionString?: string | undefined }

/** How a connection is made: of several servers, each time to the one that takes writes then. */
export const addressed = <T extends Address>(options: T): T => {
  const { connectionString = '' } = options
  const [first, ...others] = hostsOf(connectionString)
  if (first === undefined || others.length === 0) return options
  const writer = writerOf(connectionString)
  return { ...options, connectionString: withHost(connectionString, first), stream: () => writer.socket() }
}

/** Why none of several servers takes writes, as far as one has said; undefined when there is one server only. */
export const writerFailure = (connectionString: string): unknown => writers.get(connectionString)?.failure

/**
 * A pool whose connections can be lost at any time without ending the process.
 * NOTE: a pool listens to `error` of its idle connections only; one that is checked out emits it to nobody, which ends a process.
 */
export const openPool = (options: pg.PoolConfig): pg.Pool => {
  const pool = new pg.Pool({ connectionTimeoutMillis: 3_000, query_timeout: 10_000, idleTimeoutMillis: 60_000, ...addressed(options) })
  pool.on('error', ignore)
  pool.on('connect', (client) => client.on('error', ignore))
  return pool
}

/** A name as it may stand in a statement. */
export const quoteName = (name: string): string => pg.escapeIdentifier(name)

/** A connection of its own, not connected yet, whose loss ends its queries and not the process. */
export const createClient = (options: pg.ClientConfig): pg.Client => {
  const client = new pg.Client(addressed(options))
  client.on('error', ignore)
  return client
}
