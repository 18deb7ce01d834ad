import { readFileSync } from 'node:fs'
import { createSubgraph, type Subgraph } from '#platform/graphql/subgraph.ts'
import type { Log } from '#platform/observe/log.ts'
import type { EventLog } from '#platform/ports/event-log.ts'
import { ingest } from './ingest.ts'
import { createLoaders } from './loaders.ts'
import type { MarkStores } from './marks.ts'
import { resolvers } from './resolvers.ts'
import type { HistoryStore } from './store.ts'

const typeDefs = readFileSync(new URL('./schema.graphql', import.meta.url), 'utf8')

export type HistoryDeps = {
  readonly store: HistoryStore
  readonly marks: MarkStores
  readonly events: EventLog
  readonly clock: () => Date
  readonly log: Log
}

/** Resume points, continue watching, viewing history, the list of a profile and its thumbs. */
export const createHistory = async ({ store, marks, events, clock, log }: HistoryDeps): Promise<Subgraph> => {
  await ingest({ events, store, marks, clock })
  return createSubgraph({
    name: 'history',
    typeDefs,
    resolvers: resolvers({ store, marks, events }),
    loaders: (caller) => createLoaders(store, marks, caller),
    log,
  })
}
