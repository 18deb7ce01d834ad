import type { JobOf, JobQueue } from '#platform/contracts/job-queue.ts'
import type { EventOf, Topic } from '#platform/contracts/topic.ts'
import { CinegraphError } from '#platform/errors/errors.ts'
import { recorded } from '#platform/events/recorded.ts'
import { currentTrace, newTrace, traceparentOf } from '#platform/observe/tracing.ts'

/** A row of an outbox. */
export type OutboxRow = { readonly topic: string; readonly key: string; readonly event: object; readonly traceparent: string }

const rowOf = (topic: string, key: string, event: unknown): OutboxRow => ({
  topic,
  key,
  event: event as object,
  traceparent: traceparentOf(currentTrace() ?? newTrace()),
})

/**
 * The row of an event, for the transaction that causes it: what is saved and what is published become one fact. The event is
 * checked here, so that nothing is saved which could not be published. Throws INPUT_INVALID or EVENT_TOO_LARGE.
 */
export const outboxEvent = <T extends Topic>(topic: T, event: EventOf<T>): OutboxRow => {
  const [checked] = recorded(topic, [event])
  return rowOf(topic.name, checked?.key ?? '', event)
}

/** The row of a job, for the transaction that causes it. Throws INPUT_INVALID. */
export const outboxJob = <Q extends JobQueue>(queue: Q, job: JobOf<Q>): OutboxRow => {
  const checked = queue.schema.safeParse(job)
  if (!checked.success) throw new CinegraphError('INPUT_INVALID', { name: queue.name, why: checked.error.message })
  return rowOf(queue.name, queue.uniqueKey(job), job)
}
