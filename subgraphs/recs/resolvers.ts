import { pageSize } from '#platform/graphql/page-size.ts'
import type { SubgraphContext } from '#platform/graphql/subgraph.ts'
import type { RecsLoaders } from './loaders.ts'
import type { Ranking } from './ranking.ts'
import type { Resolvers } from './schema.generated.ts'
import type { RecsStore } from './store.ts'

export type RecsContext = SubgraphContext<RecsLoaders>
export type TitleReference = { readonly id: string }

const adult = 18

export const resolvers = (store: RecsStore, ranking: Ranking): Resolvers => ({
  Query: {
    homeRows: async (_parent, { first, titlesPerRow }, { caller: { viewer }, loaders }) => {
      const size = { rows: pageSize('first', first, 30), titlesPerRow: pageSize('titlesPerRow', titlesPerRow, 40) }
      const [features, signals] = await Promise.all([loaders.features(), viewer === null ? [] : store.signals(viewer.profileId)])
      return ranking.home(features, signals, {
        ...size,
        maturityLimit: viewer?.maturityLimit ?? adult,
      })
    },
  },
  Title: {
    __resolveReference: ({ id }) => ({ id }),
    similar: async ({ id }, { first }, { loaders }) =>
      ranking.similar(await loaders.features(), id, pageSize('first', first, 40)).map((similar) => ({ id: similar })),
  },
})
