import { readFileSync } from 'node:fs'
import type { ExecuteGraphql } from '#platform/graphql/execute.ts'
import { createSubgraph, type Subgraph } from '#platform/graphql/subgraph.ts'
import type { Log } from '#platform/observe/log.ts'
import type { EventLog } from '#platform/ports/event-log.ts'
import { ingest } from './ingest.ts'
import { keepPlaces } from './keep-places.ts'
import { createLoaders } from './loaders.ts'
import type { PlayDeps } from './play.ts'
import { resolvers } from './resolvers.ts'

const typeDefs = readFileSync(new URL('./schema.graphql', import.meta.url), 'utf8')

export type PlaybackDeps = PlayDeps & {
  /** Where the facts come from that decide whether a title may be played. */
  readonly supergraph: ExecuteGraphql
  readonly events: EventLog
  readonly log: Log
}

/** Entitlement, places of streams, and signed addresses. */
export const createPlayback = async ({ supergraph, log, ...deps }: PlaybackDeps): Promise<Subgraph> => {
  await ingest(deps.events, deps.store)
  await keepPlaces(deps)
  return createSubgraph({
    name: 'playback',
    typeDefs,
    resolvers: resolvers(deps),
    loaders: (caller) => createLoaders(supergraph, caller),
    log,
  })
}
