import type { Database } from '#platform/postgres/database.ts'
import type { Rated, RecsStore, Signal, Watched } from './store.ts'

const signalsMax = 200

/** Features and signals in the `recs` schema. */
export const postgresRecs = ({ prisma, pool }: Pick<Database, 'prisma' | 'pool'>): RecsStore => ({
  features: () => prisma.titleFeature.findMany(),
  putFeatures: async (features) => {
    // NOTE: one row per title, the newest; a statement may not change a row twice.
    const newest = [...new Map(features.map((feature) => [feature.titleId, feature])).values()]
    await pool.query({ name: 'put-features', text: putFeatures, values: [JSON.stringify(newest)] })
  },
  signals: async (profileId) => {
    const { rows } = await pool.query<Signal>({ name: 'signals', text: signalsOf, values: [profileId, signalsMax - 1] })
    return rows
  },
  remove: async (profileIds) => void (await prisma.signal.deleteMany({ where: { profileId: { in: [...profileIds] } } })),
  putSignals: async (signals) => {
    const rows = byKey(signals).map((group) => ({ ...furthest(group), at: new Date(Math.max(...group.map(({ at }) => at.getTime()))) }))
    const values = [column(rows, 'profileId'), column(rows, 'titleId'), column(rows, 'share'), column(rows, 'at')]
    await pool.query({ name: 'put-signals', text: putSignals, values })
  },
  putThumbs: async (thumbs) => {
    const rows = byKey(thumbs).map(latest)
    const values = [column(rows, 'profileId'), column(rows, 'titleId'), column(rows, 'at'), column(rows, 'thumb')]
    await pool.query({ name: 'put-thumbs', text: putThumbs, values })
  },
})

/** Rows of one profile and title together, in the order of their key. */
const byKey = <T extends Pick<Signal, 'profileId' | 'titleId'>>(rows: readonly T[]): readonly (readonly T[])[] =>
  [...Map.groupBy(rows, ({ profileId, titleId }) => `${profileId} ${titleId}`)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, group]) => group)

const column = <T, K extends keyof T>(rows: readonly T[], name: K): readonly T[K][] => rows.map((row) => row[name])

const signalsOf = `
  select profile_id as "profileId", title_id as "titleId", share, at, thumb from recs.signal
  where profile_id = $1 and (thumb = 'DOWN' or at >= coalesce(
    (select at from recs.signal where profile_id = $1 order by at desc offset $2 limit 1), '-infinity'))
  order by at desc, title_id`

const putFeatures = `
  insert into recs.title_feature (title_id, kind, genres, people, year, maturity, popularity, playable)
  select "titleId", kind, genres, people, year, maturity, popularity, playable
  from jsonb_to_recordset($1::jsonb)
    as published("titleId" text, kind text, genres text[], people text[], year int, maturity int, popularity float8, playable boolean)
  on conflict (title_id) do update set kind = excluded.kind, genres = excluded.genres, people = excluded.people, year = excluded.year,
    maturity = excluded.maturity, popularity = excluded.popularity, playable = excluded.playable`

/** Of one profile and title, the one that got furthest. */
const furthest = ([first, ...more]: readonly Watched[]): Watched => {
  if (first === undefined) throw new TypeError('A group has at least one signal')
  return more.reduce((best, signal) => (signal.share > best.share ? signal : best), first)
}

const latest = (group: readonly Rated[]): Rated => {
  const [first] = group.toSorted((a, b) => b.at.getTime() - a.at.getTime())
  if (first === undefined) throw new TypeError('A group has at least one thumb')
  return first
}

// NOTE: rows come in the order of their key, so that two writers take their locks in the same order; one row per key.
const putSignals = `
  insert into recs.signal as stored (profile_id, title_id, share, at)
  select * from unnest($1::text[], $2::text[], $3::float8[], $4::timestamptz[])
  on conflict (profile_id, title_id) do update set share = greatest(stored.share, excluded.share), at = greatest(stored.at, excluded.at)`

const putThumbs = `
  insert into recs.signal as stored (profile_id, title_id, share, at, thumb, thumb_at)
  select profile_id, title_id, 0, at, thumb, at
  from unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[]) as said(profile_id, title_id, at, thumb)
  on conflict (profile_id, title_id) do update
    set thumb = excluded.thumb, thumb_at = excluded.thumb_at, at = greatest(stored.at, excluded.at)
    where stored.thumb_at is null or stored.thumb_at <= excluded.thumb_at`
