import { join } from 'node:path'
import { createFolderStore } from '#platform/adapters/object-store.folder.ts'
import { createMiniSearchIndex } from '#platform/adapters/search-index.minisearch.ts'
import { runSubgraph } from '#platform/process/run-subgraph.ts'
import { createCatalog } from './server.ts'

await runSubgraph({
  name: 'catalog',
  outbox: 'catalog',
  create: ({ config, database, events, secrets, clock, log }) =>
    createCatalog({
      database,
      events,
      objects: createFolderStore(join(config.data, 'media')),
      index: createMiniSearchIndex(),
      originUrl: config.originUrl,
      streamKey: secrets.streamKey,
      clock,
      log,
    }),
})
