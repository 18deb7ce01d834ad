import type pg from 'pg'
import { later, mergeBy, widen } from './last-write.ts'
import type { HistoryStore, ResumePoint, Viewing } from './store.ts'

type PointRow = {
  readonly profile_id: string
  readonly title_id: string
  readonly position_ms: number
  readonly duration_ms: number
  readonly at: Date
  readonly device_id: string
}
type ViewingRow = Omit<PointRow, 'at' | 'device_id'> & { readonly session_id: string; readonly started_at: Date; readonly last_at: Date }

const toPoint = (row: PointRow): ResumePoint => ({
  profileId: row.profile_id,
  titleId: row.title_id,
  positionMs: row.position_ms,
  durationMs: row.duration_ms,
  at: row.at,
  deviceId: row.device_id,
})

const toViewing = (row: ViewingRow): Viewing => ({
  profileId: row.profile_id,
  sessionId: row.session_id,
  titleId: row.title_id,
  startedAt: row.started_at,
  lastAt: row.last_at,
  positionMs: row.position_ms,
  durationMs: row.duration_ms,
})

// NOTE: rows are sorted by key, so that two writers of overlapping batches take their locks in the same order.
const byKey = <T>(values: readonly T[], keyOf: (value: T) => string) => values.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
const pointKey = (point: ResumePoint): string => `${point.profileId} ${point.titleId}`
const viewingKey = (viewing: Viewing): string => `${viewing.profileId} ${viewing.sessionId}`

/** Viewing history in the `history` schema; bare SQL, because heartbeats are the hottest path there is. */
export const postgresHistory = (pool: pg.Pool): HistoryStore => ({
  putResumePoints: async (points) => {
    const rows = byKey(mergeBy(points, pointKey, later), pointKey)
    await pool.query({
      name: 'put-resume-points',
      text: putPoints,
      values: columns(rows, ['profileId', 'titleId', 'positionMs', 'durationMs', 'at', 'deviceId']),
    })
  },
  latest: async (profileId, limit) => {
    const { rows } = await pool.query<PointRow>({
      name: 'latest',
      text: 'select * from history.resume_point where profile_id = $1 order by at desc limit $2',
      values: [profileId, limit],
    })
    return rows.map(toPoint)
  },
  resumePoints: async (profileId, titleIds) => {
    const text = 'select * from history.resume_point where profile_id = $1 and title_id = any($2)'
    const { rows } = await pool.query<PointRow>({ name: 'resume-points', text, values: [profileId, titleIds] })
    return rows.map(toPoint)
  },
  putViewings: async (viewings) => {
    const rows = byKey(mergeBy(viewings, viewingKey, widen), viewingKey)
    await pool.query({
      name: 'put-viewings',
      text: putViewings,
      values: columns(rows, ['profileId', 'sessionId', 'titleId', 'startedAt', 'lastAt', 'positionMs', 'durationMs']),
    })
  },
  viewings: async (profileId, before, limit) => {
    const text =
      'select * from history.viewing where profile_id = $1 and ($2::timestamptz is null or last_at < $2) order by last_at desc limit $3'
    const { rows } = await pool.query<ViewingRow>({ name: 'viewings', text, values: [profileId, before, limit] })
    return rows.map(toViewing)
  },
})

const columns = <T>(rows: readonly T[], names: readonly (keyof T)[]): unknown[][] => names.map((name) => rows.map((row) => row[name]))

const putPoints = `
  insert into history.resume_point as stored (profile_id, title_id, position_ms, duration_ms, at, device_id)
  select * from unnest($1::text[], $2::text[], $3::int[], $4::int[], $5::timestamptz[], $6::text[])
  on conflict (profile_id, title_id) do update
    set position_ms = excluded.position_ms, duration_ms = excluded.duration_ms, at = excluded.at, device_id = excluded.device_id
    where (excluded.at, excluded.device_id collate "C") > (stored.at, stored.device_id collate "C")`

const putViewings = `
  insert into history.viewing as stored (profile_id, session_id, title_id, started_at, last_at, position_ms, duration_ms)
  select * from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::int[], $7::int[])
  on conflict (profile_id, session_id) do update set
    started_at = least(stored.started_at, excluded.started_at),
    position_ms = case when excluded.last_at >= stored.last_at then excluded.position_ms else stored.position_ms end,
    last_at = greatest(stored.last_at, excluded.last_at)`
