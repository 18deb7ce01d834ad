import { setTimeout as sleep } from 'node:timers/promises'
import type { JobOf, JobQueue } from '#platform/contracts/job-queue.ts'
import type { Log } from '#platform/observe/log.ts'
import { openSpan } from '#platform/observe/spans.ts'
import { receivedTrace, withTrace } from '#platform/observe/tracing.ts'
import type { ClaimedJob, Work } from '#platform/ports/jobs.ts'
import { isStoreFault } from './store-fault.ts'

type Claimed<Q extends JobQueue> = ClaimedJob<Q> & { readonly traceparent: string }
type Doing<Q extends JobQueue> = Pick<Work<Q>, 'queue' | 'handle'> & { readonly log: Log }

const backoff = { baseMs: 500, maxMs: 30_000 }

/** Does a claimed job; faults of a store are retried here, without end, so that they do not use up its tries. */
export const doJob = async <Q extends JobQueue>({ queue, handle, log }: Doing<Q>, { traceparent, ...job }: Claimed<Q>): Promise<void> => {
  const span = openSpan(`${queue.name} process`, {
    kind: 'consumer',
    attributes: { 'messaging.destination.name': queue.name, 'messaging.message.id': job.id },
    parent: receivedTrace({ traceparent }) ?? null,
  })
  await withTrace(span.trace, async () => {
    for (let faults = 0; ; faults += 1) {
      try {
        await handle({ ...job, data: queue.schema.parse(job.data) as JobOf<Q> })
        return span.end()
      } catch (error) {
        if (isGivenBack(error, job.signal)) {
          span.end()
          log.info({ queue: queue.name, job: job.id }, 'job not finished here: it was cancelled or taken, or this worker stops')
          throw error
        }
        const waitMs = Math.min(backoff.maxMs, backoff.baseMs * 2 ** faults)
        if (!isStoreFault(error)) {
          span.end(error)
          log.warn({ queue: queue.name, job: job.id, err: error }, 'job failed')
          throw error
        }
        log.warn({ queue: queue.name, job: job.id, err: error, waitMs }, 'a store is at fault; the job is tried again')
        await sleep(waitMs, undefined, { signal: job.signal })
      }
    }
  })
}

/** Whether a job ended because it was to end, by its own signal or by one of the worker that does it. */
const isGivenBack = (error: unknown, signal: AbortSignal): boolean =>
  signal.aborted || (error instanceof Error && error.name === 'AbortError')
