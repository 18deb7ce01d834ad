import { CinegraphError, isCallersFault } from '#platform/errors/errors.ts'
import type { Wrapper } from '#platform/resilience/policy.ts'

export type BreakerOptions = {
  readonly windowMs: number
  readonly requestsMin: number
  readonly errorShare: number
  readonly sleepMs: number
  readonly now?: () => number
}

/** The defaults of Hystrix: 10 s window, 20 requests, half of them failed, 5 s of sleep. */
export const hystrixDefaults: BreakerOptions = { windowMs: 10_000, requestsMin: 20, errorShare: 0.5, sleepMs: 5_000 }

const buckets = 10
type Bucket = { readonly slot: number; requests: number; failures: number }

/** Failure share over a rolling window of ten buckets. */
class Window {
  #buckets: Bucket[] = []
  readonly #bucketMs: number
  constructor(windowMs: number) {
    this.#bucketMs = windowMs / buckets
  }
  record(now: number, failed: boolean): void {
    const slot = Math.floor(now / this.#bucketMs)
    let last = this.#buckets.at(-1)
    if (last?.slot !== slot) {
      last = { slot, requests: 0, failures: 0 }
      this.#buckets = [...this.#buckets.filter((bucket) => bucket.slot > slot - buckets), last]
    }
    last.requests += 1
    last.failures += failed ? 1 : 0
  }
  isBad(now: number, { requestsMin, errorShare }: BreakerOptions): boolean {
    const oldest = Math.floor(now / this.#bucketMs) - buckets
    const recent = this.#buckets.filter((bucket) => bucket.slot > oldest)
    const requests = recent.reduce((sum, bucket) => sum + bucket.requests, 0)
    const failures = recent.reduce((sum, bucket) => sum + bucket.failures, 0)
    return requests >= requestsMin && failures >= errorShare * requests
  }
  clear(): void {
    this.#buckets = []
  }
}

/**
 * Fails fast with CIRCUIT_OPEN while a dependency is down. After `sleepMs` one call may try: its success closes the
 * circuit, its failure keeps it open for another `sleepMs`. A failure that is the caller's own, or a call that nobody
 * waits for any more, says nothing about the dependency and does not count.
 */
export const breaker =
  (options: BreakerOptions = hystrixDefaults): Wrapper =>
  (name, call) => {
    const now = options.now ?? Date.now
    const window = new Window(options.windowMs)
    let openedAt: number | null = null
    return async (signal, ...args) => {
      if (openedAt !== null) {
        if (now() - openedAt < options.sleepMs) throw new CinegraphError('CIRCUIT_OPEN', { what: name })
        openedAt = now()
      }
      const probing = openedAt !== null
      try {
        const result = await call(signal, ...args)
        if (probing) window.clear()
        window.record(now(), false)
        if (probing) openedAt = null
        return result
      } catch (error) {
        if (signal.aborted || isCallersFault(error)) throw error
        window.record(now(), true)
        if (probing || window.isBad(now(), options)) openedAt = now()
        throw error
      }
    }
  }
