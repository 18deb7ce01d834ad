import { readFileSync } from 'node:fs'
import { createSubgraph, type Subgraph } from '#platform/graphql/subgraph.ts'
import type { Log } from '#platform/observe/log.ts'
import type { CreateCache } from '#platform/ports/cache.ts'
import type { EventLog } from '#platform/ports/event-log.ts'
import { ingest } from './ingest.ts'
import { createLoaders } from './loaders.ts'
import type { Ranking } from './ranking.ts'
import { resolvers } from './resolvers.ts'
import type { RecsStore } from './store.ts'

const typeDefs = readFileSync(new URL('./schema.graphql', import.meta.url), 'utf8')

export type RecsDeps = {
  readonly store: RecsStore
  readonly ranking: Ranking
  readonly createCache: CreateCache
  readonly events: EventLog
  readonly log: Log
}

/** Rows of home screens and similar titles. */
export const createRecs = async ({ store, ranking, createCache, events, log }: RecsDeps): Promise<Subgraph> => {
  await ingest(events, store)
  const loaders = createLoaders(store, createCache)
  return createSubgraph({ name: 'recs', typeDefs, resolvers: resolvers(store, ranking), loaders: () => loaders, log })
}
