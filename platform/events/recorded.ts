import { randomUUID } from 'node:crypto'
import type { EventOf, Topic } from '#platform/contracts/topic.ts'
import { CinegraphError } from '#platform/errors/errors.ts'
import { childOf, currentTrace, newTrace, traceparentOf } from '#platform/observe/tracing.ts'

/** An event as it is written to a log. `text` is its JSON, which holds no line break. */
export type Recorded = {
  readonly id: string
  readonly topic: string
  readonly version: number
  readonly key: string
  readonly traceparent: string
  readonly text: string
}

/** As brokers have it: what is larger belongs into the object store, and its key into the event. */
export const eventBytesMax = 1_048_576

/** Events that were parsed on their way in; they are frozen, so that they stay what was parsed. */
const checked = new WeakMap<object, Topic>()

/** Events of a topic from what somebody sent. Publishing them does not parse them once more. Throws INPUT_INVALID. */
export const eventsFrom = <T extends Topic>(topic: T, sent: readonly unknown[]): readonly EventOf<T>[] =>
  sent.map((each) => {
    const event = parsed(topic, each)
    if (typeof event === 'object' && event !== null) checked.set(Object.freeze(event), topic)
    return event
  })

const isChecked = (topic: Topic, event: unknown): boolean => typeof event === 'object' && event !== null && checked.get(event) === topic

/** Checks events of a topic. Throws INPUT_INVALID or EVENT_TOO_LARGE. */
export const recorded = <T extends Topic>(topic: T, events: readonly EventOf<T>[], traces: readonly string[] = []): readonly Recorded[] => {
  const trace = currentTrace()
  const own = traceparentOf(trace === undefined ? newTrace() : childOf(trace))
  return events.map((event, at) => {
    const data = isChecked(topic, event) ? event : parsed(topic, event)
    const text = JSON.stringify(data)
    // NOTE: a character has three bytes of UTF-8 at most, so that most texts need not be measured.
    const bytes = text.length * 3 <= eventBytesMax ? 0 : Buffer.byteLength(text)
    if (bytes > eventBytesMax) throw new CinegraphError('EVENT_TOO_LARGE', { topic: topic.name, bytes, max: eventBytesMax })
    return { id: randomUUID(), topic: topic.name, version: topic.version, key: topic.key(data), traceparent: traces[at] ?? own, text }
  })
}

const parsed = <T extends Topic>(topic: T, event: unknown): EventOf<T> => {
  const result = topic.schema.safeParse(event)
  if (result.success) return result.data as EventOf<T>
  const why = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')
  throw new CinegraphError('INPUT_INVALID', { name: topic.name, why })
}

/** The event of a stored text, checked. Throws INPUT_INVALID for what does not parse. */
export const restored = <T extends Topic>(topic: T, { text, version }: Pick<Recorded, 'text' | 'version'>): EventOf<T> => {
  const stored: unknown = JSON.parse(text)
  return parsed(topic, version < topic.version && topic.upgrade ? topic.upgrade(stored, version) : stored)
}
