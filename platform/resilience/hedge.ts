import { type Call, either, type Wrapper } from '#platform/resilience/policy.ts'

/**
 * Sends a read a second time when the first has not come back after `afterMs`; the first success counts and the other is
 * aborted. A first call that fails before that is the answer: to try again is the business of `retry`.
 */
export const hedge =
  ({ afterMs }: { readonly afterMs: number }): Wrapper =>
  <A extends readonly unknown[], R>(_name: string, call: Call<A, R>): Call<A, R> =>
  async (signal, ...args) => {
    const own = new AbortController()
    const both = either(signal, own.signal)
    const second = Promise.withResolvers<R>()
    let isSent = false
    const timer = setTimeout(() => {
      isSent = true
      call(both, ...args).then((result) => second.resolve(result), second.reject)
    }, afterMs)
    const first = call(both, ...args)
    first.catch((error) => {
      if (!isSent) second.reject(error)
    })
    try {
      return await Promise.any([first, second.promise])
    } catch (error) {
      throw error instanceof AggregateError ? error.errors[0] : error
    } finally {
      clearTimeout(timer)
      own.abort()
    }
  }
