import { remoteGraphql } from '#platform/graphql/remote.ts'
import { runSubgraph } from '#platform/process/run-subgraph.ts'
import { createPlayback } from './server.ts'

await runSubgraph({
  name: 'playback',
  create: ({ config, database, secrets, clock, log }) =>
    createPlayback({
      database,
      supergraph: remoteGraphql('supergraph', config.supergraphUrl, secrets.serviceKey),
      edges: config.edgeUrls,
      streamKey: secrets.streamKey,
      tokenSeconds: config.streamTokenSeconds,
      clock,
      log,
    }),
})
