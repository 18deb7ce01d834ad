import { endedStreams } from '#platform/contracts/topics/playback.endedStreams.ts'
import { createEdgeHealth } from '#platform/delivery/edge-health.ts'
import type { SubgraphDefinition } from '#platform/process/subgraph-definition.ts'
import { createPlaces } from './places.ts'
import { createPlayback } from './server.ts'
import { postgresGrants } from './store.postgres.ts'

export const subgraph: SubgraphDefinition = {
  name: 'playback',
  create: async ({ config, secrets, engines, supergraph, clock, log }) => {
    const { prisma } = await engines.open('database')
    const { streamKey } = await secrets.pick('streamKey')
    return createPlayback({
      store: postgresGrants(prisma),
      places: createPlaces(await engines.open('leases')),
      events: await engines.open('events'),
      supergraph,
      edges: config.edgeUrls,
      orderEdges: createEdgeHealth(),
      streamKey,
      tokenSeconds: config.streamTokenSeconds,
      clock,
      log,
    })
  },
  publishes: [endedStreams],
  sweeps: [{ table: 'session', expiry: 'expires_at', keepDays: 90 }],
  without: 'play; what plays already goes on',
}
