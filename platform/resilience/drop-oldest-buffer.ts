const heldMax = 1_000

/** Values on their way from one who does not wait to one who takes them one by one; when too many wait, the oldest are lost. */
export class DropOldestBuffer<T> {
  readonly #held: T[] = []
  readonly #heldMax: number
  constructor(max = heldMax) {
    this.#heldMax = max
  }
  #wake: () => void = () => undefined
  put(value: T): void {
    if (this.#held.length >= this.#heldMax) this.#held.shift()
    this.#held.push(value)
    this.#wake()
  }
  /** Until `signal` aborts. */
  async *until(signal: AbortSignal): AsyncGenerator<T> {
    const onAbort = (): void => this.#wake()
    signal.addEventListener('abort', onAbort)
    try {
      while (!signal.aborted) {
        const value = this.#held.shift()
        if (value !== undefined) yield value
        else await this.#next()
      }
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }
  #next(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wake = resolve
    return promise
  }
}
