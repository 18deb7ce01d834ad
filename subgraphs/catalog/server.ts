import { readFileSync } from 'node:fs'
import { createSubgraph, type Subgraph } from '#platform/graphql/subgraph.ts'
import type { Log } from '#platform/observe/log.ts'
import type { EventLog } from '#platform/ports/event-log.ts'
import type { ObjectStore } from '#platform/ports/object-store.ts'
import type { SearchIndex } from '#platform/ports/search-index.ts'
import { indexTitles } from './index-titles.ts'
import { ingest } from './ingest.ts'
import { createLoaders } from './loaders.ts'
import { resolvers } from './resolvers.ts'
import { createSearch } from './search.ts'
import type { TitleStore, UploadStore } from './store.ts'

const typeDefs = readFileSync(new URL('./schema.graphql', import.meta.url), 'utf8')

export type CatalogDeps = {
  readonly titles: TitleStore
  readonly uploads: UploadStore
  readonly events: EventLog
  readonly objects: ObjectStore
  readonly index: SearchIndex
  readonly uploadUrl: string
  readonly streamKey: string
  readonly clock: () => Date
  readonly log: Log
}

/** Titles, artwork, rights by region and time, search and ingest. */
export const createCatalog = async ({
  titles,
  uploads: store,
  events,
  objects,
  index,
  uploadUrl,
  streamKey,
  clock,
  log,
}: CatalogDeps): Promise<Subgraph> => {
  const search = createSearch({ index, store: titles, clock, log })
  using stack = new DisposableStack()
  stack.use(await indexTitles({ events, search, log }))
  await ingest({ events, uploads: store, log })
  const uploads = { store, objects, uploadUrl, streamKey, clock }
  const subgraph = await createSubgraph({
    name: 'catalog',
    typeDefs,
    resolvers: resolvers({ titles, search, uploads, events, clock }),
    loaders: () => createLoaders(titles),
    log,
  })
  const owned = stack.move()
  return {
    ...subgraph,
    [Symbol.asyncDispose]: async () => {
      owned.dispose()
      await subgraph[Symbol.asyncDispose]()
    },
  }
}
