import { createPostgresEventLog } from '#platform/adapters/event-log.postgres.ts'
import { createPostgresEventLogAdmin } from '#platform/adapters/event-log-admin.postgres.ts'
import { copyDatabase, log } from '../boot.ts'
import { eventLogSuite } from './event-log.suite.ts'

eventLogSuite('postgres', async (stack) => {
  const { url } = stack.use(await copyDatabase())
  return {
    open: async () => stack.use(await createPostgresEventLog(url, log)),
    admin: async () => stack.use(await createPostgresEventLogAdmin(url)),
  }
})
