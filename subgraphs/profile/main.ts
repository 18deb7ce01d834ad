import { runSubgraph } from '#platform/process/run-subgraph.ts'
import { createProfile } from './server.ts'

await runSubgraph({
  name: 'profile',
  outbox: 'profile',
  create: ({ config, database, secrets, clock, log }) =>
    createProfile({ database, accessPrivateKey: secrets.accessPrivateKey, accessTokenSeconds: config.accessTokenSeconds, clock, log }),
})
