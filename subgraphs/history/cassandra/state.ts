import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CassandraSession } from '#platform/cassandra/session.ts'
import { bucketOf, firstOpenBucket } from './live.ts'
import type { Tables } from './schema.ts'

const keepMs = 60_000
/** A bucket that begins so soon may be written to already by somebody whose clock is ahead. */
const aheadMs = 600_000
const holdSeconds = 1_800

const beginTriesMax = 5
const beginPauseMs = 1_000

/** Notes, when the tables are new, that nothing lies before the buckets which are open now. */
export const beginState = async (session: CassandraSession, tables: Tables, now: Date): Promise<void> => {
  const query = `insert into ${tables.state} (id, oldest_bucket) values (0, ?) if not exists`
  // NOTE: what timed out may have been applied, and is not when it is sent again: a node that has just come up takes its time.
  for (let tries = 1; ; tries += 1) {
    try {
      await session.writeIf({ query, params: [firstOpenBucket(now.getTime())] })
      return
    } catch (error) {
      if (tries === beginTriesMax) throw error
      await sleep(beginPauseMs)
    }
  }
}

const readOldest = async (session: CassandraSession, tables: Tables): Promise<number> => {
  const query = `select oldest_bucket from ${tables.state} where id = 0`
  const [row] = await Array.fromAsync(session.read({ query, params: [] }))
  return Number(row?.oldest_bucket ?? 0)
}

/** Notes that all buckets before this one are empty, and stay so. */
export const raiseOldestBucket = async (session: CassandraSession, tables: Tables, bucket: number): Promise<void> => {
  const query = `update ${tables.state} set oldest_bucket = ? where id = 0 if oldest_bucket < ?`
  await session.writeIf({ query, params: [bucket, bucket] })
}

/**
 * Gives the buckets that may hold views. NOTE: the oldest is remembered for a minute. One that is out of date is earlier than
 * the true one, which costs a read of an empty partition and misses nothing.
 */
export const openBuckets = (session: CassandraSession, tables: Tables, clock: () => Date): (() => Promise<readonly number[]>) => {
  let known: { readonly oldest: number; readonly until: number } | undefined
  return async () => {
    const now = clock().getTime()
    if (known === undefined || known.until < now) known = { oldest: await readOldest(session, tables), until: now + keepMs }
    const { oldest } = known
    return Array.from({ length: bucketOf(now + aheadMs) - oldest + 1 }, (_, nth) => oldest + nth)
  }
}

/** Whether the caller is the one that rolls up now; others would do no harm, only the same work. */
export const holdRollUp = (session: CassandraSession, tables: Tables): Promise<boolean> =>
  session.writeIf({
    query: `update ${tables.state} using ttl ${holdSeconds} set holder = ? where id = 0 if holder = null`,
    params: [randomUUID()],
  })
