import type { Gateway } from './gateway.ts'

/** One version of the supergraph at a time; a new one takes over between two requests, and the old one ends when its last stream and answer have. */
export class Versions implements AsyncDisposable {
  #current: Held
  readonly #ending = new Set<Promise<void>>()
  constructor(first: Gateway) {
    this.#current = new Held(first)
  }
  get current(): Gateway {
    return this.#current.gateway
  }
  async use<T>(work: (gateway: Gateway) => Promise<T>): Promise<T> {
    const held = this.#current
    held.enter()
    try {
      return await work(held.gateway)
    } finally {
      held.leave()
    }
  }
  /** A stream stays with the version that it began on, as one request would. */
  async *stream<T>(work: (gateway: Gateway) => AsyncIterable<T>): AsyncGenerator<T> {
    const held = this.#current
    held.enter()
    try {
      yield* work(held.gateway)
    } finally {
      held.leave()
    }
  }
  /** NOTE: nobody waits for the version before, which a stream may use for days. */
  replace(next: Gateway): void {
    const ending: Promise<void> = this.#current.end().finally(() => this.#ending.delete(ending))
    this.#ending.add(ending)
    this.#current = new Held(next)
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#ending, this.#current.end()])
  }
}

class Held {
  readonly gateway: Gateway
  readonly #idle = Promise.withResolvers<void>()
  #inFlight = 0
  #isEnding = false
  constructor(gateway: Gateway) {
    this.gateway = gateway
  }
  enter(): void {
    this.#inFlight += 1
  }
  leave(): void {
    this.#inFlight -= 1
    if (this.#isEnding && this.#inFlight === 0) this.#idle.resolve()
  }
  async end(): Promise<void> {
    this.#isEnding = true
    if (this.#inFlight > 0) await this.#idle.promise
    await this.gateway[Symbol.asyncDispose]()
  }
}
