import { randomUUID } from 'node:crypto'
import type { EachBatchPayload } from 'kafkajs'
import type { LiveTopic } from '#platform/contracts/topic.ts'
import { messageOf } from '#platform/errors/errors.ts'
import { restored } from '#platform/events/recorded.ts'
import type { Log } from '#platform/observe/log.ts'
import type { Envelope } from '#platform/ports/event-log.ts'
import type { EventRow } from '#platform/postgres/event-log/rows.ts'
import { DropOldestBuffer } from '#platform/resilience/drop-oldest-buffer.ts'
import type { Cluster } from './cluster.ts'
import { rowOf } from './group.ts'
import { Reader } from './reader.ts'
import { offsetsFrom } from './replay.ts'

type Offsets = ReadonlyMap<number, bigint>
type Taker = { readonly from: Offsets; readonly take: (row: EventRow) => void }

/** One reader of a live topic for all who tail it in this process. It reads from the first on who asks, in a group of its own, and commits nothing. */
export class KafkaTail<T extends LiveTopic> implements AsyncDisposable {
  readonly #topic: T
  readonly #cluster: Cluster
  readonly #log: Log
  readonly #takers = new Set<Taker>()
  #next = new Map<number, bigint>()
  #reader: Reader | undefined
  #isStopped = false
  constructor(topic: T, cluster: Cluster, log: Log) {
    this.#topic = topic
    this.#cluster = cluster
    this.#log = log
  }
  /** Events that are published from now on, until `signal` aborts; from `since` on for the first who asks. */
  async open(signal: AbortSignal, since?: Date): Promise<AsyncIterable<Envelope<T>>> {
    await this.#cluster.ensureTopic(this.#topic.name)
    const name = this.#cluster.topicName(this.#topic.name)
    const buffer = new DropOldestBuffer<Envelope<T>>(since === undefined ? undefined : Number.POSITIVE_INFINITY)
    const taker = { from: await this.#begin(name, since), take: (row: EventRow) => this.#put(row, buffer) }
    this.#takers.add(taker)
    const leave = (): void => void this.#takers.delete(taker)
    signal.addEventListener('abort', leave, { once: true })
    if (signal.aborted) leave()
    if (this.#reader === undefined && !this.#isStopped) this.#start(name, taker.from)
    return buffer.until(signal)
  }
  async #begin(name: string, since: Date | undefined): Promise<Offsets> {
    if (since === undefined) {
      const ends = await this.#cluster.ask((admin) => admin.fetchTopicOffsets(name))
      return new Map(ends.map(({ partition, high }) => [partition, BigInt(high)]))
    }
    const offsets = await offsetsFrom(this.#cluster, this.#topic.name, since.getTime())
    return new Map([...offsets].map(([partition, offset]) => [partition, BigInt(offset)]))
  }
  #start(topic: string, from: Offsets): void {
    this.#next = new Map(from)
    this.#reader = new Reader({
      cluster: this.#cluster,
      groupId: `${topic}:tail-${randomUUID()}`,
      topic,
      fromBeginning: false,
      eachBatch: async (payload) => this.#take(payload),
      // NOTE: a consumer that begins, also after a fault, begins where this process is; the end may have moved on meanwhile.
      started: (consumer) => {
        for (const [partition, offset] of this.#next) consumer.seek({ topic, partition, offset: String(offset) })
      },
      log: this.#log,
    })
    this.#reader.start()
  }
  #take({ batch, resolveOffset }: EachBatchPayload): void {
    for (const message of batch.messages) {
      const [offset, row] = [BigInt(message.offset), rowOf(message, batch.partition)]
      if (offset < (this.#next.get(batch.partition) ?? 0n)) continue
      this.#next.set(batch.partition, offset + 1n)
      for (const { from, take } of this.#takers) if (offset >= (from.get(batch.partition) ?? 0n)) take(row)
    }
    resolveOffset(batch.lastOffset())
  }
  #put(row: EventRow, buffer: DropOldestBuffer<Envelope<T>>): void {
    try {
      const data = restored(this.#topic, { text: row.data, version: row.version })
      buffer.put({ id: row.event_id, data, traceparent: row.traceparent, offset: row.id, partition: row.partition })
    } catch (error) {
      this.#log.warn({ topic: this.#topic.name, eventId: row.event_id, reason: messageOf(error) }, 'live event left out')
    }
  }
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true
    await this.#reader?.[Symbol.asyncDispose]()
  }
}
