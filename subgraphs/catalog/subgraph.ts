import { cancelled } from '#platform/contracts/jobs/catalog.cancelled.ts'
import { sources } from '#platform/contracts/jobs/catalog.sources.ts'
import { titles } from '#platform/contracts/topics/catalog.titles.ts'
import { uploads } from '#platform/contracts/topics/catalog.uploads.ts'
import type { SubgraphDefinition } from '#platform/process/subgraph-definition.ts'
import { createCatalog } from './server.ts'
import { postgresTitles, postgresUploads } from './store.postgres.ts'

export const subgraph: SubgraphDefinition = {
  name: 'catalog',
  create: async ({ config, secrets, engines, clock, log }) => {
    const { prisma } = await engines.open('database')
    const { streamKey } = await secrets.pick('streamKey')
    return createCatalog({
      titles: postgresTitles(prisma),
      uploads: postgresUploads(prisma),
      events: await engines.open('events'),
      objects: await engines.open('objects'),
      index: await engines.open('search'),
      uploadUrl: config.publicOriginUrl || config.originUrl,
      streamKey,
      clock,
      log,
    })
  },
  publishes: [titles, sources, uploads, cancelled],
  without: 'names, pictures and search: no screen can be shown',
}
