import { createPostgresJobs } from '#platform/adapters/jobs.postgres.ts'
import { createPostgresJobsAdmin } from '#platform/adapters/jobs-admin.postgres.ts'
import { copyDatabase, log } from '../boot.ts'
import { jobsSuite } from './jobs.suite.ts'

jobsSuite('postgres', async (stack) => {
  const { url } = stack.use(await copyDatabase())
  return {
    open: async () => stack.use(await createPostgresJobs(url, log)),
    admin: async () => stack.use(await createPostgresJobsAdmin(url)),
  }
})
