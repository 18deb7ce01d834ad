import { setTimeout as sleep } from 'node:timers/promises'
import type { EachBatchPayload, KafkaMessage } from 'kafkajs'
import type pg from 'pg'
import type { Topic } from '#platform/contracts/topic.ts'
import { messageOf } from '#platform/errors/errors.ts'
import { GroupCommit } from '#platform/events/group-commit.ts'
import type { Log } from '#platform/observe/log.ts'
import type { Consumption } from '#platform/ports/event-log.ts'
import { deadLettersToReplay, type GroupOfTopic, removeDeadLetter } from '#platform/postgres/event-log/dead-letters.ts'
import { Delivery } from '#platform/postgres/event-log/delivery.ts'
import type { EventRow } from '#platform/postgres/event-log/rows.ts'
import type { Cluster } from './cluster.ts'
import { Reader } from './reader.ts'
import { offsetsFrom, type Replay } from './replay.ts'

export type GroupDeps = {
  readonly cluster: Cluster
  /** Where dead letters are kept. */
  readonly pool: pg.Pool
  readonly log: Log
}

type Item = { readonly row: EventRow; readonly epoch: number; readonly isAgain: boolean }

const heartbeatMs = 1_000
const lookMs = 30_000
const bytesMax = 8_388_608
const cutOffMs = 200

/** The group is being shared out anew: this member joins again by itself. */
const isRebalance = (error: unknown): boolean =>
  error instanceof Error && 'type' in error && /REBALANCE|GENERATION|MEMBER/.test(String(error.type))

const headerOf = (message: KafkaMessage, name: string): string => message.headers?.[name]?.toString() ?? ''

/** An event as the log holds it, from a message. What other clients wrote has no headers of ours. */
export const rowOf = (message: KafkaMessage, partition: number): EventRow => ({
  id: message.offset,
  partition,
  version: Number(headerOf(message, 'version') || 1),
  event_id: headerOf(message, 'id') || idFrom(message.offset, partition),
  traceparent: headerOf(message, 'traceparent'),
  data: message.value?.toString() ?? '',
})

/** A UUID for a message that carries none: the same each time it is read. */
const idFrom = (offset: string, partition: number): string =>
  `00000000-0000-8${partition.toString(16).padStart(3, '0').slice(-3)}-8000-${BigInt(offset).toString(16).padStart(12, '0').slice(-12)}`

/**
 * A member of a consumer group. Batches of its partitions are handled together, one after another; what is handled is committed
 * before its partitions can be given to another member.
 */
export class Group<T extends Topic> implements AsyncDisposable {
  readonly #consumption: Consumption<T>
  readonly #deps: GroupDeps
  readonly #reader: Reader
  readonly #stop = new AbortController()
  readonly #commit: GroupCommit<Item>
  readonly #delivery: Delivery<T>
  readonly #replays = new Set<string>()
  #partitions: readonly number[] = []
  #epoch = 0
  #isCutOff = false
  #lastReplay = ''
  #saving: Promise<void> = Promise.resolve()
  #again: Promise<void> = Promise.resolve()
  #timer: NodeJS.Timeout | undefined
  constructor(consumption: Consumption<T>, deps: GroupDeps) {
    const { topic, group, batchMax = 200, lingerMs = 5 } = consumption
    const { cluster, log } = deps
    this.#consumption = consumption
    this.#deps = deps
    this.#delivery = new Delivery(consumption, { ...deps, isHealthy: cluster.healthy }, this.#stop.signal)
    this.#commit = new GroupCommit<Item>({
      write: (items) => this.#handle(items),
      bytesOf: ({ row }) => row.data.length,
      lingerMs,
      itemsMax: batchMax,
      bytesMax,
      waitingBytesMax: Number.POSITIVE_INFINITY,
    })
    this.#reader = new Reader({
      cluster,
      groupId: cluster.groupName(topic.name, group),
      topic: cluster.topicName(topic.name),
      fromBeginning: topic.groups[group] === 'earliest',
      eachBatch: (payload) => this.#take(payload, batchMax),
      assigned: (partitions) => {
        this.#partitions = partitions
        this.#isCutOff = false
        this.lookForDeadLetters()
      },
      log,
    })
  }
  get place(): GroupOfTopic {
    return { topic: this.#consumption.topic.name, group: this.#consumption.group }
  }
  start(): void {
    this.#reader.start()
    this.#timer = setInterval(() => this.lookForDeadLetters(), lookMs).unref()
  }
  /** Takes a batch of one partition. NOTE: what is thrown here would let kafkajs leave the group; it comes again instead. */
  async #take({ batch, resolveOffset, heartbeat, isRunning, isStale }: EachBatchPayload, batchMax: number): Promise<void> {
    const beat = setInterval(() => void heartbeat().catch(() => undefined), heartbeatMs)
    try {
      const epoch = this.#epoch
      // NOTE: what is handled and cannot be committed is delivered again; more than the batch in hand is not handled then.
      if (this.#isCutOff) await sleep(cutOffMs, undefined, { signal: this.#stop.signal })
      const isOver = (): boolean => this.#isCutOff || !isRunning() || isStale() || this.#stop.signal.aborted || epoch !== this.#epoch
      for (let from = 0; from < batch.messages.length && !isOver(); from += batchMax) {
        const messages = batch.messages.slice(from, from + batchMax)
        await this.#commit.put(messages.map((message) => ({ row: rowOf(message, batch.partition), epoch, isAgain: false })))
        const last = messages.at(-1)
        if (last !== undefined && epoch === this.#epoch) resolveOffset(last.offset)
      }
    } catch (error) {
      if (!this.#stop.signal.aborted) throw error
    } finally {
      clearInterval(beat)
    }
  }
  async #handle(items: readonly Item[]): Promise<void> {
    await this.#delivery.deliver(items.map(({ row }) => row))
    for (const { row, isAgain } of items)
      if (isAgain) await removeDeadLetter(this.#deps.pool, this.place, row.event_id).catch(() => undefined)
    const next = new Map(
      items.filter(({ isAgain }) => !isAgain).map(({ row, epoch }) => [row.partition, { offset: `${BigInt(row.id) + 1n}`, epoch }]),
    )
    await this.#save(
      () => new Map([...next].filter(([, { epoch }]) => epoch === this.#epoch).map(([partition, { offset }]) => [partition, offset])),
    )
  }
  /** Commits offsets, one request after another. What cannot be committed comes again, here or elsewhere. */
  #save(offsets: () => ReadonlyMap<number, string>): Promise<void> {
    const topic = this.#deps.cluster.topicName(this.#consumption.topic.name)
    this.#saving = this.#saving.then(async () => {
      const wanted = [...offsets()].map(([partition, offset]) => ({ topic, partition, offset, metadata: this.#lastReplay }))
      if (wanted.length === 0) return
      await this.#reader.consumer?.commitOffsets(wanted).catch((error: unknown) => {
        this.#deps.log.debug({ ...this.place, reason: messageOf(error) }, 'offsets not committed; the events come again')
        if (isRebalance(error) || this.#stop.signal.aborted) return
        this.#isCutOff = true
        this.#reader.restart(messageOf(error))
      })
    })
    return this.#saving
  }
  /** Lets this member read its partitions again from an instant; the same replay is done once. */
  async replay(replay: Replay): Promise<void> {
    const consumer = this.#reader.consumer
    if (this.#replays.has(replay.id) || consumer === undefined) return
    this.#replays.add(replay.id)
    const { cluster } = this.#deps
    const all = await offsetsFrom(cluster, this.#consumption.topic.name, replay.from)
    const own = new Map([...all].filter(([partition]) => this.#partitions.includes(partition)))
    this.#epoch += 1
    this.#lastReplay = replay.id
    const topic = cluster.topicName(this.#consumption.topic.name)
    for (const [partition, offset] of own) consumer.seek({ topic, partition, offset })
    await this.#save(() => own)
  }
  /** Delivers what an operator wants delivered once more. */
  lookForDeadLetters(): void {
    this.#again = this.#again.then(() => this.#deliverAgain()).catch(() => undefined)
  }
  async #deliverAgain(): Promise<void> {
    if (this.#partitions.length === 0 || this.#stop.signal.aborted) return
    const rows = await deadLettersToReplay(this.#deps.pool, this.place, this.#partitions)
    for (const row of rows) await this.#commit.put([{ row, epoch: this.#epoch, isAgain: true }])
    if (rows.length > 0) await this.#deliverAgain()
  }
  /** Lets the batch in hand be finished, and commits how far it came. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    this.#stop.abort()
    await this.#reader[Symbol.asyncDispose]()
    await this.#again
    await this.#commit[Symbol.asyncDispose]()
  }
}
