import { createMemoryCache } from '#platform/adapters/cache.memory.ts'
import { runSubgraph } from '#platform/process/run-subgraph.ts'
import { contentRanking } from './ranking.content.ts'
import { createRecs } from './server.ts'
import { postgresRecs } from './store.postgres.ts'

await runSubgraph({
  name: 'recs',
  create: ({ database, events, log }) =>
    createRecs({ store: postgresRecs(database), ranking: contentRanking, cache: createMemoryCache(1), events, log }),
})
