import type { EventOf, GroupOf, LiveTopic, Topic } from '#platform/contracts/topic.ts'

export type Envelope<T extends Topic> = {
  /** The same each time the event is delivered, and for no other event. */
  readonly id: string
  readonly data: EventOf<T>
  readonly traceparent: string
  /** Where it stands in its partition: a whole number as text, which grows with the order of delivery. */
  readonly offset: string
  readonly partition: number
}

/**
 * Events, kept for some days. Each belongs to a key of its topic; those of one key are delivered in the order in which they were
 * published. Delivery is at least once per group, so handlers are idempotent.
 */
export type EventLog = AsyncDisposable & {
  /**
   * Durable when it resolves: every group of the topic gets every event. Throws INPUT_INVALID for an event of another shape and
   * EVENT_TOO_LARGE, and then publishes none of them; OVERLOADED when too much waits to be written, DATABASE_UNAVAILABLE or
   * EVENTS_UNAVAILABLE when the log cannot be written. After those two, some of the events may have been published.
   */
  readonly publish: <T extends Topic>(topic: T, events: readonly EventOf<T>[], traces?: Traces) => Promise<void>
  /**
   * Handles a topic for a group until the log is disposed of. Instances of a group share its partitions; those of one that
   * dies are taken over within seconds. Resolves when the group is known, whether or not it has partitions here yet.
   */
  readonly consume: <T extends Topic>(consumption: Consumption<T>) => Promise<void>
  /**
   * Every event of the topic from now on, to each who asks, until `signal` aborts. One who is slow loses the oldest. Resolves
   * when it is certain that no later event is missed. With `since` those come first that were published from that instant on
   * and are still kept.
   */
  readonly tail: <T extends LiveTopic>(topic: T, signal: AbortSignal, since?: Date) => Promise<AsyncIterable<Envelope<T>>>
  /** False when events can neither be published nor consumed. */
  readonly healthy: () => Promise<boolean>
}

/** Where each of the events was caused, in their order; all belong to the current trace without it. */
export type Traces = readonly string[]

export type Consumption<T extends Topic> = {
  readonly topic: T
  readonly group: GroupOf<T>
  /**
   * When it throws, the events come again. Faults of a store (`isStoreFault`) are retried without end; for any other error the
   * event that causes it is found, tried some times alone, and set aside as a dead letter, while the others go on.
   */
  readonly handle: (events: readonly Envelope<T>[]) => Promise<void>
  /** Events per call at most. */
  readonly batchMax?: number
  /** Pause between two batches that were not full, so that more can come together. */
  readonly lingerMs?: number
}

/** How far a group is. `events` and `ageMs` (of the oldest) are what it has not consumed yet. */
export type Lag = { readonly topic: string; readonly group: string; readonly events: number; readonly ageMs: number }
export type DeadLetter = {
  readonly id: string
  readonly topic: string
  readonly group: string
  readonly data: string
  readonly reason: string
  readonly failedAt: Date
}

/** What operators do with the log. */
export type EventLogAdmin = AsyncDisposable & {
  /** Of every group that has ever consumed. */
  readonly lag: () => Promise<readonly Lag[]>
  /** Lets a group consume a topic again from an instant, or all that is kept. Takes effect within seconds, also while it consumes. */
  readonly replay: <T extends Topic>(topic: T, group: GroupOf<T>, from: Date | 'earliest') => Promise<void>
  /** Oldest first, at most `limit`. */
  readonly deadLetters: (limit: number) => Promise<readonly DeadLetter[]>
  /** Delivers dead letters to their groups once more; all of them without `ids`. Gives how many will be. */
  readonly replayDeadLetters: (ids?: readonly string[]) => Promise<number>
}
