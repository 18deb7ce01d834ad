import { resumePoints } from '#platform/contracts/topics/history.resumePoints.ts'
import type { SubgraphDefinition } from '#platform/process/subgraph-definition.ts'
import { createHistory } from './server.ts'
import { postgresHistory } from './store.postgres.ts'

export const subgraph: SubgraphDefinition = {
  name: 'history',
  create: async ({ engines, clock, log }) => {
    const { pool } = await engines.open('database')
    return createHistory({ store: postgresHistory(pool), events: await engines.open('events'), clock, log })
  },
  publishes: [resumePoints],
  without: '"Continue watching"; titles begin at the beginning',
}
