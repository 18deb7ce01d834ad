import { setTimeout as sleep } from 'node:timers/promises'
import { errorTable, isCinegraphError } from '#platform/errors/errors.ts'
import type { Wrapper } from '#platform/resilience/policy.ts'

export type RetryOptions = {
  readonly attempts: number
  readonly baseMs: number
  readonly maxMs: number
  /** Retries may be this share of calls, after a burst of so many; without it a sick dependency gets `attempts` times its load. */
  readonly budget?: { readonly share: number; readonly burst: number }
}

/** Full jitter: a delay anywhere below `baseMs * 2^n`, capped at `maxMs`. */
export const backoffMs = (attempt: number, { baseMs, maxMs }: RetryOptions, random: () => number = Math.random): number =>
  random() * Math.min(maxMs, baseMs * 2 ** attempt)

const canHelp = (error: unknown): boolean => !isCinegraphError(error) || errorTable[error.code].retry

/** Tries idempotent work again after a failure that another try can mend. */
export const retry =
  (options: RetryOptions): Wrapper =>
  (_name, call) => {
    const burst = options.budget?.burst ?? Number.POSITIVE_INFINITY
    let credit = burst
    return async (signal, ...args) => {
      credit = Math.min(burst, credit + (options.budget?.share ?? 0))
      for (let attempt = 0; ; attempt += 1) {
        try {
          return await call(signal, ...args)
        } catch (error) {
          if (attempt + 1 >= options.attempts || signal.aborted || !canHelp(error) || credit < 1) throw error
          credit -= 1
          await sleep(backoffMs(attempt, options), undefined, { signal })
        }
      }
    }
  }
