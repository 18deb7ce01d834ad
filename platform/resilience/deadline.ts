import { CinegraphError } from '#platform/errors/errors.ts'
import { either, type Wrapper } from '#platform/resilience/policy.ts'

/** Gives up after `ms`: throws DEADLINE and aborts the call's signal. */
export const deadline =
  ({ ms }: { readonly ms: number }): Wrapper =>
  (name, call) =>
  async (signal, ...args) => {
    const own = new AbortController()
    const { promise, reject } = Promise.withResolvers<never>()
    const timer = setTimeout(() => {
      reject(new CinegraphError('DEADLINE', { what: name, ms }))
      own.abort()
    }, ms)
    try {
      return await Promise.race([call(either(signal, own.signal), ...args), promise])
    } finally {
      clearTimeout(timer)
    }
  }

const timerMsMax = 2 ** 31 - 1

/** A signal that aborts with another one, and after so long by itself. */
export const endingAfter = (ms: number, signal: AbortSignal): AbortSignal =>
  AbortSignal.any([signal, AbortSignal.timeout(Math.min(timerMsMax, Math.max(0, ms)))])
