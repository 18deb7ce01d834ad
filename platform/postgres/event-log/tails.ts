import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import type { LiveTopic } from '#platform/contracts/topic.ts'
import { messageOf } from '#platform/errors/errors.ts'
import { restored } from '#platform/events/recorded.ts'
import type { Log } from '#platform/observe/log.ts'
import type { Envelope } from '#platform/ports/event-log.ts'
import { Wake } from '#platform/process/wake.ts'
import { DropOldestBuffer } from '#platform/resilience/drop-oldest-buffer.ts'
import { partitionCount } from './append.ts'
import { type Cursor, type EventRow, headOf, readEvents } from './rows.ts'

const rowsMax = 500
const lookMs = 5_000
const faultPauseMs = 1_000

type Taker = { readonly after: bigint; readonly take: (row: EventRow) => void }

const allFrom = (position: string): Map<number, Cursor> =>
  new Map(Array.from({ length: partitionCount }, (_, partition) => [partition, { position, epoch: 0 }]))

/** One reader of a live topic for all who tail it in this process; it reads while there is somebody. */
export class Tail<T extends LiveTopic> implements AsyncDisposable {
  readonly #topic: T
  readonly #pool: pg.Pool
  readonly #log: Log
  readonly #wake = new Wake()
  readonly #takers = new Set<Taker>()
  #running: Promise<void> | undefined
  #isStopped = false
  constructor(topic: T, pool: pg.Pool, log: Log) {
    this.#topic = topic
    this.#pool = pool
    this.#log = log
  }
  wake(): void {
    if (this.#takers.size > 0) this.#wake.now()
  }
  /** Events that are published from now on, until `signal` aborts; behind those that were published from `since` on. */
  async open(signal: AbortSignal, since?: Date): Promise<AsyncIterable<Envelope<T>>> {
    const head = await headOf(this.#pool)
    const buffer = new DropOldestBuffer<Envelope<T>>()
    const taker = { after: BigInt(head), take: (row: EventRow) => this.#put(row, buffer) }
    this.#takers.add(taker)
    const leave = (): void => void this.#takers.delete(taker)
    signal.addEventListener('abort', leave, { once: true })
    if (signal.aborted) leave()
    this.#running ??= this.#run(head)
    const later = buffer.until(signal)
    return since === undefined ? later : this.#withPast({ since, head: BigInt(head) }, later, signal)
  }
  /** NOTE: ids are instants in µs. */
  async *#withPast(
    { since, head }: { readonly since: Date; readonly head: bigint },
    later: AsyncIterable<Envelope<T>>,
    signal: AbortSignal,
  ): AsyncGenerator<Envelope<T>> {
    const cursors = allFrom(String(BigInt(since.getTime()) * 1000n))
    for (let rows: readonly EventRow[] = [], isPast = true; isPast && !signal.aborted; isPast = rows.length > 0) {
      rows = (await readEvents(this.#pool, { topic: this.#topic.name, rowsMax }, cursors)).filter(({ id }) => BigInt(id) <= head)
      for (const row of rows) {
        cursors.set(row.partition, { position: row.id, epoch: 0 })
        const envelope = this.#envelope(row)
        if (envelope !== undefined) yield envelope
      }
    }
    yield* later
  }
  async #run(head: string): Promise<void> {
    const cursors = allFrom(head)
    while (!this.#isStopped && this.#takers.size > 0) {
      try {
        const rows = await readEvents(this.#pool, { topic: this.#topic.name, rowsMax }, cursors)
        for (const row of rows) {
          cursors.set(row.partition, { position: row.id, epoch: 0 })
          for (const { after, take } of this.#takers) if (BigInt(row.id) > after) take(row)
        }
        if (rows.length === 0) await this.#wake.wait(lookMs)
      } catch (error) {
        this.#log.warn({ topic: this.#topic.name, reason: messageOf(error) }, 'live topic cannot be read; it is tried again')
        await sleep(faultPauseMs, undefined, { ref: false })
      }
    }
    this.#running = undefined
  }
  #put(row: EventRow, buffer: DropOldestBuffer<Envelope<T>>): void {
    const envelope = this.#envelope(row)
    if (envelope !== undefined) buffer.put(envelope)
  }
  #envelope(row: EventRow): Envelope<T> | undefined {
    try {
      const data = restored(this.#topic, { text: row.data, version: row.version })
      return { id: row.event_id, data, traceparent: row.traceparent, offset: row.id, partition: row.partition }
    } catch (error) {
      this.#log.warn({ topic: this.#topic.name, eventId: row.event_id, reason: messageOf(error) }, 'live event left out')
      return undefined
    }
  }
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true
    this.#wake.now()
    await this.#running
  }
}
