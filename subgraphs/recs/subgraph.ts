import type { SubgraphDefinition } from '#platform/process/subgraph-definition.ts'
import { contentRanking } from './ranking.content.ts'
import { createRecs } from './server.ts'
import { postgresRecs } from './store.postgres.ts'

export const subgraph: SubgraphDefinition = {
  name: 'recs',
  create: async ({ engines, log }) => {
    const [database, events, createCache] = [await engines.open('database'), await engines.open('events'), await engines.open('cache')]
    return createRecs({ store: postgresRecs(database), ranking: contentRanking, createCache, events, log })
  },
  publishes: [],
  without: 'rows; the Top 10 stands in their place',
}
