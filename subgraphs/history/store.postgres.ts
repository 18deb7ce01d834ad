import type pg from 'pg'
import { endedPercent, later, mergeBy, sittingKey, widen } from './last-write.ts'
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
const viewingKey = (viewing: Viewing): string => `${viewing.profileId} ${sittingKey(viewing)}`

/** Viewing history in the `history` schema; bare SQL, because heartbeats are the hottest path there is. */
export const postgresHistory = (pool: pg.Pool): HistoryStore => ({
  put: async ({ points, viewings }) => {
    const pointRows = byKey(mergeBy(points, pointKey, later), pointKey)
    const viewingRows = byKey(mergeBy(viewings, viewingKey, widen), viewingKey)
    await pool.query({
      name: 'put-watched',
      text: putWatched,
      values: [
        ...columns(pointRows, ['profileId', 'titleId', 'positionMs', 'durationMs', 'at', 'deviceId']),
        ...columns(viewingRows, ['profileId', 'sessionId', 'titleId', 'startedAt', 'lastAt', 'positionMs', 'durationMs']),
      ],
    })
  },
  unfinished: async (profileId, limit) => {
    const { rows } = await pool.query<PointRow>({
      name: 'unfinished',
      text: `select * from history.resume_point where profile_id = $1 and position_ms * 100::bigint < duration_ms * $3::bigint
        order by at desc, title_id limit $2`,
      values: [profileId, limit, endedPercent],
    })
    return rows.map(toPoint)
  },
  resumePoints: async (profileId, titleIds) => {
    const text = 'select * from history.resume_point where profile_id = $1 and title_id = any($2)'
    const { rows } = await pool.query<PointRow>({ name: 'resume-points', text, values: [profileId, titleIds] })
    return rows.map(toPoint)
  },
  remove: async (profileIds) => {
    const text = `with points as (delete from history.resume_point where profile_id = any($1))
      delete from history.viewing where profile_id = any($1)`
    await pool.query({ name: 'remove-profiles', text, values: [profileIds] })
  },
  viewings: async (profileId, after, limit) => {
    const { rows } = await pool.query<ViewingRow>(
      after === null
        ? { name: 'viewings', text: `${viewingsOf} order by ${newestFirst} limit $2`, values: [profileId, limit] }
        : {
            name: 'viewings-after',
            text: `${viewingsOf} and (last_at, session_id, title_id) < ($3, $4, $5) order by ${newestFirst} limit $2`,
            values: [profileId, limit, after.lastAt, after.sessionId, after.titleId],
          },
    )
    return rows.map(toViewing)
  },
})

const viewingsOf = 'select * from history.viewing where profile_id = $1'
const newestFirst = 'last_at desc, session_id desc, title_id desc'
const columns = <T>(rows: readonly T[], names: readonly (keyof T)[]): unknown[][] => names.map((name) => rows.map((row) => row[name]))

// NOTE: one statement, so that a batch costs one round trip and one commit.
const putWatched = `
  with points as (
    insert into history.resume_point as stored (profile_id, title_id, position_ms, duration_ms, at, device_id)
    select * from unnest($1::text[], $2::text[], $3::int[], $4::int[], $5::timestamptz[], $6::text[])
    on conflict (profile_id, title_id) do update
      set position_ms = excluded.position_ms, duration_ms = excluded.duration_ms, at = excluded.at, device_id = excluded.device_id
      where (excluded.at, excluded.device_id collate "C") > (stored.at, stored.device_id collate "C")
  )
  insert into history.viewing as stored (profile_id, session_id, title_id, started_at, last_at, position_ms, duration_ms)
  select * from unnest($7::text[], $8::text[], $9::text[], $10::timestamptz[], $11::timestamptz[], $12::int[], $13::int[])
  on conflict (profile_id, session_id, title_id) do update set
    started_at = least(stored.started_at, excluded.started_at),
    position_ms = case when (excluded.last_at, excluded.position_ms) > (stored.last_at, stored.position_ms)
      then excluded.position_ms else stored.position_ms end,
    last_at = greatest(stored.last_at, excluded.last_at)`
