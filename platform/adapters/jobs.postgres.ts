import { type JobWithMetadata, PgBoss } from 'pg-boss'
import type { JobOf, JobQueue } from '#platform/contracts/job-queue.ts'
import { CinegraphError, messageOf } from '#platform/errors/errors.ts'
import { doJob } from '#platform/events/do-job.ts'
import type { Log } from '#platform/observe/log.ts'
import { childOf, currentTrace, newTrace, traceparentOf } from '#platform/observe/tracing.ts'
import type { EnqueueOptions, JobStatus, Jobs, Work } from '#platform/ports/jobs.ts'
import { addressed } from '#platform/postgres/connections.ts'

const superviseMs = 5_000
const watchMs = 1_000
const keepDoneSeconds = 7 * 86_400

type Carried<Q extends JobQueue> = { readonly traceparent: string; readonly data: JobOf<Q> }
type Row = { readonly state: JobWithMetadata['state']; readonly percent: number | null; readonly tries: number }

const states = {
  created: 'waiting',
  retry: 'waiting',
  active: 'active',
  completed: 'done',
  cancelled: 'cancelled',
  failed: 'dead',
} as const

const optionsOf = (queue: JobQueue) => ({
  policy: 'exclusive',
  notify: true,
  retryLimit: queue.triesMax - 1,
  retryDelay: 1,
  retryBackoff: true,
  retryDelayMax: 30,
  expireInSeconds: queue.trySecondsMax,
  heartbeatSeconds: queue.silenceSecondsMax,
  deleteAfterSeconds: keepDoneSeconds,
})

/** Jobs in a PostgreSQL, by pg-boss. */
export const createPostgresJobs = async (connectionString: string, log: Log): Promise<Jobs> => {
  const boss = new PgBoss({
    ...addressed({ connectionString }),
    max: 2,
    useListenNotify: true,
    supervise: false,
    schedule: false,
    application_name: 'cinegraph-jobs',
  })
  boss.on('error', (error) => log.warn({ reason: error.message }, 'jobs interrupted'))
  await boss.start()
  const ensured = new Map<string, Promise<void>>()
  const ensure = (queue: JobQueue): Promise<void> => {
    const known = ensured.get(queue.name) ?? ensureQueue(boss, queue)
    ensured.set(queue.name, known)
    known.catch(() => ensured.delete(queue.name))
    return known
  }
  const stop = new AbortController()
  let supervising: NodeJS.Timeout | undefined
  const supervise = (): void =>
    void boss.supervise().catch((error: unknown) => log.warn({ reason: messageOf(error) }, 'jobs not supervised'))
  return {
    enqueue: async (queue, job, options) => {
      const carried = checked(queue, job)
      return unavailableAs(async () => {
        await ensure(queue)
        return enqueue(boss, queue, carried, options)
      })
    },
    work: async (work) => {
      await ensure(work.queue)
      supervising ??= setInterval(supervise, superviseMs)
      await claim(boss, work, { log, stop: stop.signal })
    },
    cancel: async ({ name }, id) => void (await boss.cancel(name, id)),
    status: (queue, id) => statusOf(boss, queue, id),
    healthy: () => boss.isInstalled().catch(() => false),
    [Symbol.asyncDispose]: async () => {
      stop.abort()
      clearInterval(supervising)
      await boss.stop({ graceful: true, timeout: 10_000 })
    },
  }
}

const unavailableAs = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    throw new CinegraphError('DATABASE_UNAVAILABLE', { why: messageOf(error) }, error)
  }
}

const ensureQueue = async (boss: PgBoss, queue: JobQueue): Promise<void> => {
  const { policy, ...changeable } = optionsOf(queue)
  if ((await boss.getQueue(queue.name)) === null) await boss.createQueue(queue.name, { policy, ...changeable })
  else await boss.updateQueue(queue.name, changeable)
}

const checked = <Q extends JobQueue>(queue: Q, job: JobOf<Q>): Carried<Q> => {
  const trace = currentTrace()
  const traceparent = traceparentOf(trace === undefined ? newTrace() : childOf(trace))
  const result = queue.schema.safeParse(job)
  if (result.success) return { traceparent, data: result.data as JobOf<Q> }
  const why = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')
  throw new CinegraphError('INPUT_INVALID', { name: queue.name, why })
}

const enqueue = async <Q extends JobQueue>(
  boss: PgBoss,
  queue: Q,
  carried: Carried<Q>,
  { priority = 0, delayMs = 0 }: EnqueueOptions = {},
): Promise<string> => {
  const singletonKey = queue.uniqueKey(carried.data)
  for (;;) {
    const startAfter = new Date(Date.now() + delayMs)
    const id = await boss.send(queue.name, carried, { singletonKey, priority, ...(delayMs > 0 ? { startAfter } : {}) })
    if (id !== null) return id
    const { rows } = await boss
      .getDb()
      .executeSql(`select id from pgboss.job where name = $1 and singleton_key = $2 and state <= 'active'`, [queue.name, singletonKey])
    const [present] = rows as readonly { readonly id: string }[]
    if (present !== undefined) return present.id
  }
}

const statusOf = async (boss: PgBoss, { name }: JobQueue, id: string): Promise<JobStatus | null> => {
  const { rows } = await boss.getDb().executeSql(
    `select state, (output->>'percent')::float as percent, retry_count + (started_on is not null)::int as tries
      from pgboss.job where name = $1 and id = $2`,
    [name, id],
  )
  const [row] = rows as readonly Row[]
  if (row === undefined) return null
  return { id, state: states[row.state], percent: row.state === 'completed' ? 100 : (row.percent ?? 0), tries: row.tries }
}

type Claims = { readonly log: Log; readonly stop: AbortSignal }

const claim = async <Q extends JobQueue>(boss: PgBoss, work: Work<Q>, claims: Claims): Promise<void> => {
  for (let n = 0; n < (work.concurrency ?? 1); n += 1) await claimOne(boss, work, claims)
}

const claimOne = async <Q extends JobQueue>(boss: PgBoss, { queue, handle }: Work<Q>, { log, stop }: Claims): Promise<void> => {
  const options = { batchSize: 1, pollingIntervalSeconds: 0.5, notifyPollingIntervalSeconds: 5 }
  let worker = ''
  worker = await boss.work<Carried<Q>>(queue.name, options, async ([job]) => {
    if (job === undefined) return
    const taken = new AbortController()
    const watch = setInterval(() => void abortWhenGone(boss, queue, { id: job.id, taken }).catch(() => undefined), watchMs)
    // NOTE: a job that is being done has no output yet; until then its progress is kept there.
    const progress = async (percent: number): Promise<void> => {
      const values = [queue.name, job.id, JSON.stringify({ percent: Math.min(100, Math.max(0, percent)) })]
      await boss
        .getDb()
        .executeSql(`update pgboss.job set output = $3::jsonb where name = $1 and id = $2 and state = 'active'`, values)
        .catch(() => undefined)
    }
    try {
      const signal = AbortSignal.any([taken.signal, job.signal, stop])
      await doJob({ queue, handle, log }, { id: job.id, signal, progress, ...job.data })
    } finally {
      clearInterval(watch)
      // NOTE: a worker would wait for the next poll after each job, however many wait.
      if (worker !== '') boss.notifyWorker(worker)
    }
  })
}

const abortWhenGone = async (
  boss: PgBoss,
  { name }: JobQueue,
  { id, taken }: { readonly id: string; readonly taken: AbortController },
): Promise<void> => {
  const { rows } = await boss.getDb().executeSql(`select 1 from pgboss.job where name = $1 and id = $2 and state = 'active'`, [name, id])
  if (rows.length === 0) taken.abort()
}
