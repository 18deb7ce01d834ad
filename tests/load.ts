import { setTimeout as sleep } from 'node:timers/promises'
import { until } from './member.ts'

/** One write as its caller saw it; times in milliseconds since the load began. */
export type Written = { readonly sinceMs: number; readonly untilMs: number; readonly isAcknowledged: boolean }

/** How many of these are not in the set. */
export const missingFrom = (found: ReadonlySet<string>, wanted: Iterable<string>): number =>
  [...wanted].filter((each) => !found.has(each)).length

const pauseAfterRefusalMs = 20

/** Callers that write one after another until they are stopped, and what came of each write. */
export class Load implements AsyncDisposable {
  readonly written: Written[] = []
  readonly #stop = new AbortController()
  readonly #began = performance.now()
  readonly #callers: readonly Promise<void>[]
  #acknowledged = 0
  #begun = 0

  /** `write` is given the number of its caller and counts from 0; it rejects when the write was not acknowledged. */
  constructor(callers: number, write: (caller: number, n: number) => Promise<void>) {
    this.#callers = Array.from({ length: callers }, (_, caller) => this.#run((n) => write(caller, n)))
  }

  get acknowledged(): number {
    return this.#acknowledged
  }
  /** How many writes have neither succeeded nor failed. */
  get unanswered(): number {
    return this.#begun - this.written.length
  }
  get nowMs(): number {
    return performance.now() - this.#began
  }
  get longestMs(): number {
    return this.written.reduce((longest, { sinceMs, untilMs }) => Math.max(longest, untilMs - sinceMs), 0)
  }

  /** Resolves when so many more writes were acknowledged; throws when that takes longer than `patienceMs`. */
  async goesOn(what: string, { more = 50, patienceMs = 90_000 }: { readonly more?: number; readonly patienceMs?: number } = {}) {
    const before = this.#acknowledged
    await until(what, patienceMs, async () => this.#acknowledged >= before + more)
  }

  async #run(write: (n: number) => Promise<void>): Promise<void> {
    for (let n = 0; !this.#stop.signal.aborted; n += 1) {
      const sinceMs = this.nowMs
      this.#begun += 1
      const isAcknowledged = await write(n).then(
        () => true,
        () => false,
      )
      this.written.push({ sinceMs, untilMs: this.nowMs, isAcknowledged })
      if (isAcknowledged) this.#acknowledged += 1
      else await sleep(pauseAfterRefusalMs)
    }
  }

  /** Resolves when the writes that are under way have ended. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await Promise.all(this.#callers)
  }
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
  }
}
