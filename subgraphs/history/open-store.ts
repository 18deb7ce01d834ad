import type { SubgraphParts } from '#platform/process/subgraph-definition.ts'
import { postgresHistory } from './store.postgres.ts'
import type { HistoryStore } from './store.ts'

/** The store that the settings choose: Cassandra when CASSANDRA_URL names one, else the PostgreSQL that everything is in. */
export const openHistoryStore = async (
  { config, engines, clock, log }: Pick<SubgraphParts, 'config' | 'engines' | 'clock' | 'log'>,
  stack: AsyncDisposableStack,
): Promise<HistoryStore> => {
  if (config.cassandraUrl === '') return postgresHistory((await engines.open('database')).pool)
  const { openCassandraHistory } = await import('./cassandra/open.ts')
  return stack.use(await openCassandraHistory({ session: await engines.open('cassandra'), clock, log }))
}
