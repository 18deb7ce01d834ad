import { openDatabase } from '#platform/postgres/database.ts'
import { postgresHistory } from '../../subgraphs/history/store.postgres.ts'
import { copyDatabase } from '../boot.ts'
import { historyStoreSuite } from './history-store.suite.ts'

historyStoreSuite('postgres', async (stack) => {
  const { url } = stack.use(await copyDatabase())
  return postgresHistory(stack.use(openDatabase(url)).pool)
})
