import type { EventOf, GroupOf, TailedTopic, Topic } from '#platform/contracts/events.ts'

export type Envelope<T extends Topic> = { readonly id: string; readonly data: EventOf<T>; readonly traceparent: string }

/** Events and jobs. Delivery is at least once per group; handlers are idempotent. */
export type EventLog = AsyncDisposable & {
  /** Durable when it resolves: every group of the topic will see every event. Throws INPUT_INVALID for an event of another shape. */
  readonly publish: <T extends Topic>(topic: T, events: readonly EventOf<T>[]) => Promise<void>
  /**
   * Handles the topic for a group, in batches. A handler that throws sees the same batch again after a growing delay.
   * Resolves when the subscription stands.
   */
  readonly subscribe: <T extends Topic>(subscription: Subscription<T>) => Promise<void>
  /**
   * Every event of the topic from now on, to each who follows, until `signal` aborts. Nothing is kept for one who is away, and
   * one who is slow loses the oldest. Resolves when it is certain that no later event is missed.
   */
  readonly tail: <T extends TailedTopic>(topic: T, signal: AbortSignal) => Promise<AsyncIterable<Envelope<T>>>
  /** False when events can neither be published nor read. */
  readonly healthy: () => Promise<boolean>
}

export type Subscription<T extends Topic> = {
  readonly topic: T
  readonly group: GroupOf<T>
  readonly handle: (events: readonly Envelope<T>[]) => Promise<void>
  /** Events per call at most. 1 makes the subscription a job queue. */
  readonly batchMax?: number
}
