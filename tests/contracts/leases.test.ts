import { createPostgresLeases } from '#platform/adapters/leases.postgres.ts'
import { openDatabase } from '#platform/postgres/database.ts'
import { copyDatabase } from '../boot.ts'
import { leasePromises } from './leases.ts'

leasePromises('postgres', async () => {
  const stack = new AsyncDisposableStack()
  const { url } = stack.use(await copyDatabase())
  return {
    connect: async () => createPostgresLeases(stack.use(openDatabase(url)).pool),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
})
