import type { DeadJob, JobsAdmin } from '#platform/ports/jobs.ts'
import { openPool } from '#platform/postgres/connections.ts'

const deadJobs = `
  select id::text, name as queue, data->>'data' as data, coalesce(output->>'message', output::text, '') as reason,
    completed_on as "failedAt"
  from pgboss.job where state = 'failed' order by completed_on limit $1`

/** What operators do with the jobs in a PostgreSQL. */
export const createPostgresJobsAdmin = async (connectionString: string): Promise<JobsAdmin> => {
  const pool = openPool({ connectionString, max: 1, application_name: 'cinegraph-jobs-admin' })
  return {
    deadJobs: async (limit) => (await pool.query<DeadJob>(deadJobs, [limit])).rows,
    retryDead: async ({ name }, id) => {
      await pool.query(
        `update pgboss.job set state = 'retry', retry_count = 0, start_after = now(), completed_on = null, output = null
          where name = $1 and id = $2 and state = 'failed'`,
        [name, id],
      )
    },
    [Symbol.asyncDispose]: () => pool.end(),
  }
}
