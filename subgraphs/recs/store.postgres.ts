import type { Database } from '#platform/postgres/database.ts'
import type { RecsStore, Signal } from './store.ts'

const signalsMax = 200

/** Features and signals in the `recs` schema. */
export const postgresRecs = ({ prisma, pool }: Pick<Database, 'prisma' | 'pool'>): RecsStore => ({
  features: () => prisma.titleFeature.findMany(),
  putFeatures: async (features) => {
    // NOTE: one row per title, the newest; a statement may not change a row twice.
    const latest = [...new Map(features.map((feature) => [feature.titleId, feature])).values()]
    await pool.query({ name: 'put-features', text: putFeatures, values: [JSON.stringify(latest)] })
  },
  signals: (profileId) => prisma.signal.findMany({ where: { profileId }, orderBy: { at: 'desc' }, take: signalsMax }),
  remove: async (profileIds) => void (await prisma.signal.deleteMany({ where: { profileId: { in: [...profileIds] } } })),
  putSignals: async (signals) => {
    const rows = [...Map.groupBy(signals, ({ profileId, titleId }) => `${profileId} ${titleId}`)]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([, group]) => ({ ...furthest(group), at: new Date(Math.max(...group.map(({ at }) => at.getTime()))) }))
    const column = <K extends keyof Signal>(name: K) => rows.map((row) => row[name])
    await pool.query({
      name: 'put-signals',
      text: putSignals,
      values: [column('profileId'), column('titleId'), column('share'), column('at')],
    })
  },
})

const putFeatures = `
  insert into recs.title_feature (title_id, kind, genres, people, year, maturity, popularity, playable)
  select "titleId", kind, genres, people, year, maturity, popularity, playable
  from jsonb_to_recordset($1::jsonb)
    as published("titleId" text, kind text, genres text[], people text[], year int, maturity int, popularity float8, playable boolean)
  on conflict (title_id) do update set kind = excluded.kind, genres = excluded.genres, people = excluded.people, year = excluded.year,
    maturity = excluded.maturity, popularity = excluded.popularity, playable = excluded.playable`

/** Of one profile and title, the one that got furthest. */
const furthest = ([first, ...more]: readonly Signal[]): Signal => {
  if (first === undefined) throw new TypeError('A group has at least one signal')
  return more.reduce((best, signal) => (signal.share > best.share ? signal : best), first)
}

// NOTE: rows come in the order of their key, so that two writers take their locks in the same order; one row per key.
const putSignals = `
  insert into recs.signal as stored (profile_id, title_id, share, at)
  select * from unnest($1::text[], $2::text[], $3::float8[], $4::timestamptz[])
  on conflict (profile_id, title_id) do update set share = greatest(stored.share, excluded.share), at = greatest(stored.at, excluded.at)`
