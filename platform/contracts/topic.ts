import type { z } from 'zod'

/** Where a group that has never consumed a topic begins: with the oldest event that is kept, or with those published from then on. */
export type StartAt = 'earliest' | 'latest'

/** What travels on one topic of the event log. One file of `topics/` declares it, and nothing else does. */
export type Topic<Event = unknown, Group extends string = string, Live extends boolean = boolean> = {
  readonly kind: 'topic'
  /** `<owner>.<what>`; also the name of the file that declares it. */
  readonly name: string
  /** Grows when the shape changes so that older events no longer parse; `upgrade` then reads those. */
  readonly version: number
  /** Events are parsed with it when they are published and again when they are consumed. */
  readonly schema: z.ZodType<Event>
  /** Events of one key are delivered in the order in which they were published. NOTE: a method, so that topics of all events fit one list. */
  key(event: Event): string
  /** Every group gets every event at least once. */
  readonly groups: Readonly<Record<Group, StartAt>>
  /** Whether it can be tailed: read from now on by whoever is there. */
  readonly live: Live
  /** Makes an event of an older version into one that `schema` takes. */
  upgrade?(event: unknown, version: number): unknown
}

export type LiveTopic<Event = unknown> = Topic<Event, string, true>
export type EventOf<T extends Topic> = Readonly<z.infer<T['schema']>>
export type GroupOf<T extends Topic> = keyof T['groups'] & string

export const defineTopic = <Event, const Group extends string = never, const Live extends boolean = false>(
  topic: Omit<Topic<Event, Group, Live>, 'kind'>,
): Topic<Event, Group, Live> => ({ kind: 'topic', ...topic })
