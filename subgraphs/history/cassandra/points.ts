import type { CassandraSession, Row, Statement } from '#platform/cassandra/session.ts'
import { hasEnded } from '../last-write.ts'
import type { ResumePoint } from '../store.ts'
import type { Tables } from './schema.ts'

const weekMs = 604_800_000
const rowsPerPage = 200

/**
 * A point is one cell, written with the instant of the report as its timestamp: Cassandra itself lets the latest stand, and of
 * two at one instant that whose bytes are greater. NOTE: the device comes first and NUL, which no id holds, ends it, so that
 * the greater bytes are those of the higher device id.
 */
const cellOf = ({ deviceId, at, positionMs, durationMs }: ResumePoint): string =>
  [deviceId, at.getTime(), positionMs, durationMs].join('\0')

const toPoint = (profileId: string, { title_id, point }: Row): ResumePoint => {
  const [deviceId = '', at, positionMs, durationMs] = String(point).split('\0')
  return {
    profileId,
    titleId: String(title_id),
    positionMs: Number(positionMs),
    durationMs: Number(durationMs),
    at: new Date(Number(at)),
    deviceId,
  }
}

/** Microseconds, as Cassandra counts timestamps. */
export const timestampOf = (at: Date): bigint => BigInt(at.getTime()) * 1000n

/** NOTE: both rows lie in the partition of the profile, so that they are written together. */
export const putPoint = (tables: Tables, point: ResumePoint): readonly Statement[] => {
  const week = Math.floor(point.at.getTime() / weekMs)
  const [cell, timestamp] = [cellOf(point), timestampOf(point.at)]
  return [
    {
      query: `insert into ${tables.point} (profile_id, title_id, point) values (?, ?, ?) using timestamp ?`,
      params: [point.profileId, point.titleId, cell, timestamp],
    },
    {
      query: `insert into ${tables.recent} (profile_id, week, title_id, point) values (?, ?, ?, ?) using timestamp ?`,
      params: [point.profileId, week, point.titleId, cell, timestamp],
    },
  ]
}

export const pointsOf = async (
  session: CassandraSession,
  tables: Tables,
  [profileId, titleIds]: readonly [string, readonly string[]],
): Promise<readonly ResumePoint[]> => {
  if (titleIds.length === 0) return []
  const query = `select title_id, point from ${tables.point} where profile_id = ? and title_id in ?`
  const found = await Array.fromAsync(session.read({ query, params: [profileId, [...new Set(titleIds)]] }))
  return found.map((row) => toPoint(profileId, row))
}

/** The newest points of titles that have not ended: weeks are read, newest first, until enough are known. A title's first one is its latest. */
export const unfinishedPoints = async (
  session: CassandraSession,
  tables: Tables,
  [profileId, limit]: readonly [string, number],
): Promise<readonly ResumePoint[]> => {
  const query = `select week, title_id, point from ${tables.recent} where profile_id = ?`
  const seen = new Set<unknown>()
  const points: ResumePoint[] = []
  let lastWeek: unknown
  for await (const row of session.read({ query, params: [profileId] }, { rowsPerPage })) {
    if (points.length >= limit) lastWeek ??= row.week
    if (lastWeek !== undefined && row.week !== lastWeek) break
    if (seen.has(row.title_id)) continue
    seen.add(row.title_id)
    const point = toPoint(profileId, row)
    if (!hasEnded(point)) points.push(point)
  }
  const order = (a: ResumePoint, b: ResumePoint): number => b.at.getTime() - a.at.getTime() || (a.titleId < b.titleId ? -1 : 1)
  return points.toSorted(order).slice(0, limit)
}
