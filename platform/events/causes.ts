import type { EventOf, Topic } from '#platform/contracts/topic.ts'
import { openSpan } from '#platform/observe/spans.ts'
import { receivedTrace, withTrace } from '#platform/observe/tracing.ts'
import type { Envelope, Traces } from '#platform/ports/event-log.ts'

type Caused<E> = {
  readonly events: readonly E[]
  /** Where each was caused, for `publish`. */
  readonly traces: Traces
}

/** One event for each key of a batch, made of the last that has the key, and in the trace of that one. */
export const oncePerKey = <T extends Topic, E>(
  batch: readonly Envelope<T>[],
  keyOf: (data: EventOf<T>) => string,
  make: (data: EventOf<T>) => E,
): Caused<E> => {
  const last = [...new Map(batch.map((envelope) => [keyOf(envelope.data), envelope])).values()]
  return { events: last.map(({ data }) => make(data)), traces: last.map(({ traceparent }) => traceparent) }
}

/**
 * Handles the events of a batch one after the other, each in its own trace: what it logs, asks and publishes belongs to whoever
 * caused it, and not to whoever caused the first of the batch.
 */
export const eachInItsTrace = async <T extends Topic>(
  batch: readonly Envelope<T>[],
  what: string,
  handle: (data: EventOf<T>) => Promise<void>,
): Promise<void> => {
  for (const { data, traceparent } of batch) {
    const span = openSpan(what, { parent: receivedTrace({ traceparent }) ?? null })
    try {
      await withTrace(span.trace, () => handle(data))
      span.end()
    } catch (error) {
      span.end(error)
      throw error
    }
  }
}
