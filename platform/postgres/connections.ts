import pg from 'pg'

const ignore = (): undefined => undefined

/**
 * A pool whose connections can be lost at any time without ending the process.
 * NOTE: a pool listens to `error` of its idle connections only; one that is checked out emits it to nobody, which ends a process.
 */
export const openPool = (options: pg.PoolConfig): pg.Pool => {
  const pool = new pg.Pool({ connectionTimeoutMillis: 3_000, query_timeout: 10_000, idleTimeoutMillis: 60_000, ...options })
  pool.on('error', ignore)
  pool.on('connect', (client) => client.on('error', ignore))
  return pool
}

/** A name as it may stand in a statement. */
export const quoteName = (name: string): string => pg.escapeIdentifier(name)

/** A connection of its own, not connected yet, whose loss ends its queries and not the process. */
export const createClient = (options: pg.ClientConfig): pg.Client => {
  const client = new pg.Client(options)
  client.on('error', ignore)
  return client
}
