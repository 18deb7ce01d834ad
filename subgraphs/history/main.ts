import { runSubgraph } from '#platform/process/run-subgraph.ts'
import { createHistory } from './server.ts'
import { postgresHistory } from './store.postgres.ts'

await runSubgraph({
  name: 'history',
  create: ({ database, events, clock, log }) => createHistory({ store: postgresHistory(database.pool), events, clock, log }),
})
