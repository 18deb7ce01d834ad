import type { EventOf, LiveTopic } from '#platform/contracts/topic.ts'
import type { SubgraphContext } from '#platform/graphql/subgraph.ts'
import type { EventLog } from '#platform/ports/event-log.ts'

export type TopicSubscription<T extends LiveTopic, Args, Context, Value> = {
  readonly topic: T
  /** Whether the caller may get an event. Called once without an event before the stream begins: it throws when the caller may not subscribe. */
  readonly concerns: (event: EventOf<T> | undefined, args: Args, context: Context) => boolean
  /** What the field says at once, when it says anything before the first event. */
  readonly first?: (args: Args) => Promise<Value | null>
  /** What the field says of an event; nothing is sent when it is null. */
  readonly load: (event: EventOf<T>, args: Args, context: Context) => Promise<Value | null>
}

const forever = new AbortController().signal

/** A field of `Subscription` that tails a topic of the event log. */
export const topicField = <T extends LiveTopic, Args, Context extends SubgraphContext<unknown>, Value>(
  events: Pick<EventLog, 'tail'>,
  { topic, concerns, first, load }: TopicSubscription<T, Args, Context, Value>,
) => ({
  subscribe: async (_root: object, args: Args, context: Context): Promise<AsyncIterable<Value>> => {
    concerns(undefined, args, context)
    const source = await events.tail(topic, context.signal ?? forever)
    const begin = await first?.(args)
    return loaded(source, begin ?? null, async (event) => (concerns(event, args, context) ? load(event, args, context) : null))
  },
  resolve: (value: Value): Value => value,
})

async function* loaded<E, V>(
  events: AsyncIterable<{ readonly data: E }>,
  begin: V | null,
  load: (event: E) => Promise<V | null>,
): AsyncGenerator<V> {
  if (begin !== null) yield begin
  for await (const { data } of events) {
    const value = await load(data)
    if (value !== null) yield value
  }
}
