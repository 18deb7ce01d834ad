import { LRUCache } from 'lru-cache'
import type { CassandraSession, Row, Statement } from '#platform/cassandra/session.ts'
import { mergeBy, sittingKey, widen } from '../last-write.ts'
import type { Viewing } from '../store.ts'
import { timestampOf } from './points.ts'
import type { Tables } from './schema.ts'

/** Recent views lie in partitions of a profile and so many days, counted by the clock of the one that writes. */
const bucketMs = 10 * 86_400_000
/** How long after its end a bucket may still be written to: clocks of writers differ, and a request can take its time. */
export const closedAfterMs = 86_400_000
const fragmentsMax = 50_000

export const bucketOf = (now: number): number => Math.floor(now / bucketMs)
/** The first bucket that may still be written to. */
export const firstOpenBucket = (now: number): number => bucketOf(now - closedAfterMs)

type Fragment = { readonly bucket: number; readonly startedAt: Date }

/** NOTE: of two cells with one timestamp Cassandra keeps the one with greater bytes, which is that of the higher position. */
const cellOf = ({ lastAt, positionMs, durationMs, titleId }: Viewing): string =>
  [lastAt.getTime(), String(positionMs).padStart(10, '0'), durationMs, titleId].join('\0')

/** NOTE: the column holds the key of a sitting; rows of earlier versions hold the session alone, and the title is in the cell of both. */
const sessionIn = (key: unknown): string => String(key).split('\0', 1)[0] ?? ''

const toViewing = (profileId: string, { session_id, started_at, report }: Row): Viewing => {
  const [lastAt, positionMs, durationMs, titleId = ''] = String(report).split('\0')
  return {
    profileId,
    sessionId: sessionIn(session_id),
    titleId,
    startedAt: new Date(Number(started_at)),
    lastAt: new Date(Number(lastAt)),
    positionMs: Number(positionMs),
    durationMs: Number(durationMs),
  }
}

export const viewingKey = (viewing: Viewing): string => `${viewing.profileId} ${sittingKey(viewing)}`

/**
 * Writes sittings without reading them. A sitting is one row or more, its fragments: each begins at a report that was written
 * with it and holds, by the timestamp of its cell, the latest one since. Fragments are merged when they are read, so that it
 * makes no difference how many there are; that this process remembers those it has begun keeps them few.
 */
export class LiveWriter {
  readonly #begun = new LRUCache<string, Fragment>({ max: fragmentsMax })
  readonly #table: string
  constructor(tables: Tables) {
    this.#table = tables.live
  }
  put(viewing: Viewing, bucket: number): { readonly statement: Statement; readonly written: () => void } {
    const key = viewingKey(viewing)
    const known = this.#begun.get(key)
    const isWithin = known !== undefined && known.bucket === bucket && known.startedAt <= viewing.startedAt
    const startedAt = isWithin ? known.startedAt : viewing.startedAt
    const statement = {
      query: `insert into ${this.#table} (profile_id, bucket, session_id, started_at, report) values (?, ?, ?, ?, ?) using timestamp ?`,
      params: [viewing.profileId, bucket, sittingKey(viewing), BigInt(startedAt.getTime()), cellOf(viewing), timestampOf(viewing.lastAt)],
    }
    return { statement, written: () => void (isWithin || this.#begun.set(key, { bucket, startedAt })) }
  }
}

/** The sittings of some buckets, each once. Buckets are read at the same time. */
export const liveViews = async (
  session: CassandraSession,
  tables: Tables,
  { profileId, buckets }: { readonly profileId: string; readonly buckets: readonly number[] },
): Promise<readonly Viewing[]> => {
  const query = `select session_id, started_at, report from ${tables.live} where profile_id = ? and bucket = ?`
  const read = buckets.map((bucket) => Array.fromAsync(session.read({ query, params: [profileId, bucket] })))
  const fragments = (await Promise.all(read)).flat().map((row) => toViewing(profileId, row))
  return mergeBy(fragments, sittingKey, widen)
}

export const dropBucket = (tables: Tables, profileId: string, bucket: number): Statement => ({
  query: `delete from ${tables.live} where profile_id = ? and bucket = ?`,
  params: [profileId, bucket],
})
