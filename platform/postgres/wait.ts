import { setTimeout as sleep } from 'node:timers/promises'
import { CinegraphError, messageOf, systemCodeOf } from '#platform/errors/errors.ts'
import type { Log } from '#platform/observe/log.ts'
import { serversOf } from '#platform/postgres/addresses.ts'
import { createClient, writerFailure } from '#platform/postgres/connections.ts'

const pauseMs = 500
const sayEveryMs = 5_000

/** The database is not there yet, but its server is (invalid_catalog_name): migrations make it. */
const noSuchDatabase = '3D000'

/**
 * What a server that is still on its way answers (PostgreSQL's appendix A): cannot_connect_now, and too_many_connections
 * of clients that are about to go.
 */
const passing = ['57P03', '53300']
const faults = ['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN', 'EPIPE']

/**
 * Resolves once the database answers. One that is late is waited for, with a line now and then that says so. Throws
 * DATABASE_ABSENT when the time is over, and at once when it answers that it will not have us.
 */
export const waitForDatabase = async (
  url: string,
  { seconds, log }: { readonly seconds: number; readonly log: Pick<Log, 'warn'> },
): Promise<void> => {
  const where = serversOf(url)
  const since = Date.now()
  for (let saidAt = since; ; ) {
    const error = await connectOnce(url)
    if (error === undefined || systemCodeOf(error) === noSuchDatabase) return
    const waitedMs = Date.now() - since
    const why = error instanceof AggregateError ? messageOf(error.errors[0]) : messageOf(error)
    if (!isPassing(error))
      throw new CinegraphError('PROCESS_FAILED', { why: `The database at ${where} refuses: ${why}. Correct DATABASE_URL.` }, error)
    if (waitedMs >= seconds * 1_000) throw new CinegraphError('DATABASE_ABSENT', { where, seconds, why }, error)
    if (Date.now() - saidAt >= sayEveryMs) {
      saidAt = Date.now()
      log.warn({ where, why, waitedSeconds: Math.round(waitedMs / 1_000), ofSeconds: seconds }, 'waiting for the database')
    }
    await sleep(pauseMs)
  }
}

const isPassing = (error: unknown): boolean => {
  const code = systemCodeOf(error) ?? ''
  return [...passing, ...faults].includes(code) || /timeout|terminated/i.test(messageOf(error))
}

const connectOnce = async (connectionString: string): Promise<unknown> => {
  const client = createClient({ connectionString, connectionTimeoutMillis: 3_000 })
  try {
    await client.connect()
    await client.query('select 1')
    return undefined
  } catch (error) {
    // NOTE: of several servers that do not take writes, what one of them has said is worth more than that time was over.
    return writerFailure(connectionString) ?? error ?? new Error('it does not answer')
  } finally {
    await client.end().catch(() => undefined)
  }
}
