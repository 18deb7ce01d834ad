import { createPostgresEventLog } from '#platform/adapters/event-log.postgres.ts'
import { createPostgresEventLogAdmin } from '#platform/adapters/event-log-admin.postgres.ts'
import { createPostgresJobs } from '#platform/adapters/jobs.postgres.ts'
import { createPostgresJobsAdmin } from '#platform/adapters/jobs-admin.postgres.ts'
import { migrateDatabase } from '#platform/postgres/migrate.ts'
import { log } from '../boot.ts'
import { eventLogSuite } from '../contracts/event-log.suite.ts'
import { jobsSuite } from '../contracts/jobs.suite.ts'
import { ownSettings, whenUp } from './up.ts'

whenUp('postgres', 'DATABASE_URL', () => {
  const database = async (): Promise<string> => {
    const { DATABASE_URL = '' } = ownSettings()
    await migrateDatabase(DATABASE_URL)
    return DATABASE_URL
  }
  jobsSuite('PostgreSQL with a standby', async (stack) => {
    const url = await database()
    return {
      open: async () => stack.use(await createPostgresJobs(url, log)),
      admin: async () => stack.use(await createPostgresJobsAdmin(url)),
    }
  })
  eventLogSuite('PostgreSQL with a standby', async (stack) => {
    const url = await database()
    return {
      open: async () => stack.use(await createPostgresEventLog(url, log)),
      admin: async () => stack.use(await createPostgresEventLogAdmin(url)),
    }
  })
})
