import type { Database } from '#platform/database.ts'
import type { RecsStore } from './store.ts'

const signalsMax = 200

/** Features and signals in the `recs` schema. */
export const postgresRecs = ({ prisma, pool }: Pick<Database, 'prisma' | 'pool'>): RecsStore => ({
  features: () => prisma.titleFeature.findMany(),
  putFeatures: async (features) => {
    const rows = features.map((feature) => ({ ...feature, genres: [...feature.genres], people: [...feature.people] }))
    await prisma.$transaction(rows.map((row) => prisma.titleFeature.upsert({ where: { titleId: row.titleId }, create: row, update: row })))
  },
  signals: (profileId) => prisma.signal.findMany({ where: { profileId }, orderBy: { at: 'desc' }, take: signalsMax }),
  putSignals: async (signals) => {
    for (const { profileId, titleId, share, at } of signals) {
      await pool.query({
        name: 'put-signal',
        text: `insert into recs.signal as stored (profile_id, title_id, share, at) values ($1, $2, $3, $4)
          on conflict (profile_id, title_id) do update set share = greatest(stored.share, excluded.share), at = greatest(stored.at, excluded.at)`,
        values: [profileId, titleId, share, at],
      })
    }
  },
})
