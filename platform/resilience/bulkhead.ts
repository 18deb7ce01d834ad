import { CinegraphError } from '#platform/errors/errors.ts'
import type { Wrapper } from '#platform/resilience/policy.ts'

/**
 * At most `concurrent` calls at a time and `queued` waiting, first come first served; beyond that OVERLOADED at once. A
 * call whose signal aborts while it waits gives its place in the queue up and never reaches the dependency.
 */
export const bulkhead =
  ({ concurrent, queued = concurrent }: { readonly concurrent: number; readonly queued?: number }): Wrapper =>
  (name, call) => {
    let running = 0
    const waiting = new Set<() => void>()
    const enter = async (signal: AbortSignal): Promise<void> => {
      signal.throwIfAborted()
      if (running < concurrent) {
        running += 1
        return
      }
      if (waiting.size >= queued) throw new CinegraphError('OVERLOADED', { what: name })
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      waiting.add(resolve)
      const onAbort = (): void => {
        if (waiting.delete(resolve)) reject(signal.reason)
      }
      signal.addEventListener('abort', onAbort)
      await promise.finally(() => signal.removeEventListener('abort', onAbort))
    }
    const leave = (): void => {
      const [next] = waiting
      if (next === undefined) {
        running -= 1
        return
      }
      waiting.delete(next)
      next()
    }
    return async (signal, ...args) => {
      await enter(signal)
      try {
        return await call(signal, ...args)
      } finally {
        leave()
      }
    }
  }
