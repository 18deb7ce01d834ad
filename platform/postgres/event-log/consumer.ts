import { setTimeout as sleep } from 'node:timers/promises'
import type { Topic } from '#platform/contracts/topic.ts'
import { messageOf } from '#platform/errors/errors.ts'
import type { Consumption } from '#platform/ports/event-log.ts'
import { Wake } from '#platform/process/wake.ts'
import { deadLettersToReplay, type GroupOfTopic, removeDeadLetter } from './dead-letters.ts'
import { Delivery, type DeliveryDeps } from './delivery.ts'
import type { Holding } from './member.ts'
import { type Cursor, type EventRow, saveAndReadEvents } from './rows.ts'

export type ConsumerDeps = DeliveryDeps & { readonly member: string }

/** A notification can be missed while its connection is lost; looking finds what it spoke of. */
const lookMs = 5_000
const faultPauseMs = 1_000

/** Reads the partitions that this process holds of a topic for a group, and has each batch handled. */
export class Consumer<T extends Topic> implements AsyncDisposable {
  readonly #consumption: Consumption<T>
  readonly #deps: ConsumerDeps
  readonly #delivery: Delivery<T>
  readonly #wake = new Wake()
  readonly #stop = new AbortController()
  #held = new Map<number, Cursor>()
  #handled = new Map<number, Cursor>()
  #hasReplays = false
  #running: Promise<void> | undefined
  constructor(consumption: Consumption<T>, deps: ConsumerDeps) {
    this.#consumption = consumption
    this.#deps = deps
    this.#delivery = new Delivery(consumption, deps, this.#stop.signal)
  }
  get topic(): string {
    return this.#consumption.topic.name
  }
  get place(): GroupOfTopic {
    return { topic: this.#consumption.topic.name, group: this.#consumption.group }
  }
  start(): void {
    this.#running = this.#run()
  }
  /** There may be something to read. */
  wake(): void {
    this.#wake.now()
  }
  /** Takes over what is held now. Of a partition that was held before, the own position is newer than the saved one. */
  renewed({ cursors, hasReplays }: Holding): void {
    const before = this.#held
    this.#held = new Map(
      [...cursors].map(([partition, saved]) => {
        const own = before.get(partition)
        return [partition, own?.epoch === saved.epoch ? own : saved]
      }),
    )
    const hasNew = [...this.#held].some(([partition, cursor]) => before.get(partition) !== cursor)
    this.#hasReplays = hasReplays
    if (hasNew || hasReplays) this.#wake.now()
  }
  async #run(): Promise<void> {
    const { batchMax = 200, lingerMs = 5 } = this.#consumption
    while (!this.#stop.signal.aborted) {
      try {
        const count = await this.#next(batchMax)
        if (count === 0) await this.#wake.wait(lookMs)
        else if (count < batchMax) await this.#pause(lingerMs)
      } catch (error) {
        if (this.#stop.signal.aborted) break
        this.#deps.log.warn({ ...this.place, reason: messageOf(error) }, 'event log cannot be read; it is tried again')
        await this.#pause(faultPauseMs)
      }
    }
    if (this.#handled.size > 0) await this.#read(0).catch(() => undefined)
  }
  /** Handles the next batch and gives its size. */
  async #next(rowsMax: number): Promise<number> {
    if (this.#hasReplays) await this.#replayDeadLetters()
    if (this.#held.size === 0) return 0
    const held = this.#held
    const rows = await this.#read(rowsMax)
    if (rows.length === 0) return 0
    await this.#delivery.deliver(rows)
    for (const { partition, id } of rows) {
      const cursor = { position: id, epoch: held.get(partition)?.epoch ?? 0 }
      if (this.#held.get(partition)?.epoch !== cursor.epoch) continue
      this.#held.set(partition, cursor)
      this.#handled.set(partition, cursor)
    }
    return rows.length
  }
  async #read(rowsMax: number): Promise<readonly EventRow[]> {
    const handled = this.#handled
    const { topic, group } = this.place
    const wanted = { topic, group, rowsMax, member: this.#deps.member }
    const rows = await saveAndReadEvents(this.#deps.pool, wanted, { held: this.#held, handled })
    if (this.#handled === handled) this.#handled = new Map()
    return rows
  }
  async #replayDeadLetters(): Promise<void> {
    const rows = await deadLettersToReplay(this.#deps.pool, this.place, [...this.#held.keys()])
    for (const row of rows) {
      await this.#delivery.deliver([row])
      await removeDeadLetter(this.#deps.pool, this.place, row.event_id)
    }
    this.#hasReplays = rows.length === 100
  }
  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stop.signal }).catch(() => undefined)
  }
  /** Lets the batch in hand be finished, and saves how far it came. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    this.#wake.now()
    await this.#running
  }
}
