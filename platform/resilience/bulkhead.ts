import { CinegraphError } from '#platform/errors/errors.ts'
import type { Wrapper } from '#platform/resilience/policy.ts'

/** At most `concurrent` calls at a time and `queued` waiting; beyond that OVERLOADED at once. */
export const bulkhead =
  ({ concurrent, queued = concurrent }: { readonly concurrent: number; readonly queued?: number }): Wrapper =>
  (name, call) => {
    let running = 0
    const waiting: (() => void)[] = []
    const enter = async (): Promise<void> => {
      if (running < concurrent) {
        running += 1
        return
      }
      if (waiting.length >= queued) throw new CinegraphError('OVERLOADED', { what: name })
      await new Promise<void>((resolve) => waiting.push(resolve))
    }
    const leave = (): void => {
      const next = waiting.shift()
      if (next === undefined) running -= 1
      else next()
    }
    return async (signal, ...args) => {
      await enter()
      try {
        return await call(signal, ...args)
      } finally {
        leave()
      }
    }
  }
