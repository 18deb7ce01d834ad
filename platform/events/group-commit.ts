import { CinegraphError } from '#platform/errors/errors.ts'

export type GroupCommitOptions<T> = {
  readonly write: (items: readonly T[]) => Promise<void>
  readonly bytesOf: (item: T) => number
  /** How long the first of a batch waits for more. */
  readonly lingerMs: number
  readonly itemsMax: number
  readonly bytesMax: number
  /** What may wait at once; more is refused. */
  readonly waitingBytesMax: number
}

type Entry<T> = {
  readonly items: readonly T[]
  readonly bytes: number
  readonly since: number
  readonly done: PromiseWithResolvers<void>
}

/** Writes what many put at the same time together, one batch after another, in the order in which it came. */
export class GroupCommit<T> implements AsyncDisposable {
  readonly #options: GroupCommitOptions<T>
  readonly #waiting: Entry<T>[] = []
  #waitingBytes = 0
  #running: Promise<void> | undefined
  constructor(options: GroupCommitOptions<T>) {
    this.#options = options
  }
  /** Resolves when all items are written; items of one call are written together. Rejects with what `write` threw, or OVERLOADED. */
  put(items: readonly T[]): Promise<void> {
    const bytes = items.reduce((sum, item) => sum + this.#options.bytesOf(item), 0)
    if (this.#waitingBytes > 0 && this.#waitingBytes + bytes > this.#options.waitingBytesMax)
      return Promise.reject(new CinegraphError('OVERLOADED', { what: 'The event log' }))
    const done = Promise.withResolvers<void>()
    this.#waiting.push({ items, bytes, since: performance.now(), done })
    this.#waitingBytes += bytes
    this.#running ??= this.#run()
    return done.promise
  }
  async #run(): Promise<void> {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const waitMs = first.since + this.#options.lingerMs - performance.now()
      if (waitMs > 0 && !this.#isFull()) await new Promise((resolve) => setTimeout(resolve, waitMs))
      await this.#write(this.#take())
    }
    this.#running = undefined
  }
  #isFull(): boolean {
    return this.#waitingBytes >= this.#options.bytesMax || this.#waiting.length >= this.#options.itemsMax
  }
  #take(): readonly Entry<T>[] {
    const { itemsMax, bytesMax } = this.#options
    let [items, bytes, count] = [0, 0, 0]
    for (const entry of this.#waiting) {
      if (count > 0 && (items + entry.items.length > itemsMax || bytes + entry.bytes > bytesMax)) break
      items += entry.items.length
      bytes += entry.bytes
      count += 1
    }
    return this.#waiting.splice(0, count)
  }
  async #write(entries: readonly Entry<T>[]): Promise<void> {
    try {
      await this.#options.write(entries.flatMap(({ items }) => items))
      for (const { done } of entries) done.resolve()
    } catch (error) {
      for (const { done } of entries) done.reject(error)
    } finally {
      for (const { bytes } of entries) this.#waitingBytes -= bytes
    }
  }
  /** Writes what waits. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running
  }
}
