import type pg from 'pg'
import type { Topic } from '#platform/contracts/topic.ts'
import { messageOf } from '#platform/errors/errors.ts'
import { deliver } from '#platform/events/deliver.ts'
import { restored } from '#platform/events/recorded.ts'
import type { Log } from '#platform/observe/log.ts'
import { counter } from '#platform/observe/metrics.ts'
import { isTraced, openSpan } from '#platform/observe/spans.ts'
import { receivedTrace, type Trace, withTrace } from '#platform/observe/tracing.ts'
import type { Consumption, Envelope } from '#platform/ports/event-log.ts'
import { putDeadLetter } from './dead-letters.ts'
import type { EventRow } from './rows.ts'

export type DeliveryDeps = {
  /** Where dead letters are kept. */
  readonly pool: pg.Pool
  readonly isHealthy: () => Promise<boolean>
  readonly log: Log
}

/** Of a span; OpenTelemetry keeps no more by default. */
const linksMax = 127

const causesOf = (events: readonly Pick<Envelope<Topic>, 'traceparent'>[]): readonly Trace[] =>
  events.flatMap(({ traceparent }) => receivedTrace({ traceparent }) ?? [])

const deadLetters = counter('events_dead_total', 'Events set aside because a group could not take them', ['topic', 'group'])

/** Hands events of a log to the group that consumes them, and sets aside which it cannot take. */
export class Delivery<T extends Topic> {
  readonly #consumption: Consumption<T>
  readonly #deps: DeliveryDeps
  readonly #signal: AbortSignal
  constructor(consumption: Consumption<T>, deps: DeliveryDeps, signal: AbortSignal) {
    this.#consumption = consumption
    this.#deps = deps
    this.#signal = signal
  }
  get #place(): { readonly topic: string; readonly group: string } {
    return { topic: this.#consumption.topic.name, group: this.#consumption.group }
  }
  /** Resolves when each event is handled or set aside. Throws when it is aborted. */
  async deliver(rows: readonly EventRow[]): Promise<void> {
    const taken: { readonly row: EventRow; readonly envelope: Envelope<T> }[] = []
    for (const row of rows) {
      const envelope = this.#restored(row)
      if (envelope instanceof Error) await this.#setAside(row, envelope)
      else taken.push({ row, envelope })
    }
    await deliver(taken, {
      handle: (batch) => this.#handle(batch.map(({ envelope }) => envelope)),
      setAside: ({ row }, error) => this.#setAside(row, error),
      isHealthy: this.#deps.isHealthy,
      onRetry: (error, waitMs) => this.#deps.log.warn({ ...this.#place, err: error, waitMs }, 'handler failed; the events come again'),
      signal: this.#signal,
    })
  }
  #restored(row: EventRow): Envelope<T> | Error {
    try {
      const data = restored(this.#consumption.topic, { text: row.data, version: row.version })
      return { id: row.event_id, data, traceparent: row.traceparent, offset: row.id, partition: row.partition }
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error))
    }
  }
  async #handle(events: readonly Envelope<T>[]): Promise<void> {
    if (events.length === 0) return
    const { topic, group } = this.#place
    const span = openSpan(`${topic} process`, {
      kind: 'consumer',
      attributes: {
        'messaging.destination.name': topic,
        'messaging.consumer.group.name': group,
        'messaging.batch.message_count': events.length,
      },
      parent: receivedTrace({ traceparent: events[0]?.traceparent }) ?? null,
      links: isTraced() ? causesOf(events.slice(1, 1 + linksMax)) : [],
    })
    try {
      await withTrace(span.trace, () => this.#consumption.handle(events))
      span.end()
    } catch (error) {
      span.end(error)
      throw error
    }
  }
  async #setAside(row: EventRow, error: unknown): Promise<void> {
    const place = this.#place
    await putDeadLetter(this.#deps.pool, place, row, messageOf(error))
    deadLetters.inc(place)
    this.#deps.log.error({ ...place, eventId: row.event_id, err: error }, 'event set aside as a dead letter')
  }
}
