import type { Database } from '#platform/postgres/database.ts'
import type { RecsStore } from './store.ts'

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
  putSignals: async (signals) => {
    for (const { profileId, titleId, share, at } of signals) {
      await pool.query({ name: 'put-signal', text: putSignal, values: [profileId, titleId, share, at] })
    }
  },
})

const putFeatures = `
  insert into recs.title_feature (title_id, kind, genres, people, year, maturity, popularity, playable)
  select "titleId", kind, genres, people, year, maturity, popularity, playable
  from jsonb_to_recordset($1::jsonb)
    as published("titleId" text, kind text, genres text[], people text[], year int, maturity int, popularity float8, playable boolean)
  on conflict (title_id) do update set kind = excluded.kind, genres = excluded.genres, people = excluded.people, year = excluded.year,
    maturity = excluded.maturity, popularity = excluded.popularity, playable = excluded.playable`

const putSignal = `
  insert into recs.signal as stored (profile_id, title_id, share, at) values ($1, $2, $3, $4)
  on conflict (profile_id, title_id) do update set share = greatest(stored.share, excluded.share), at = greatest(stored.at, excluded.at)`
