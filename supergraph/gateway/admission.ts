import { performance } from 'node:perf_hooks'
import { CinegraphError } from '#platform/errors/errors.ts'

export type Admission = { readonly run: <T>(work: () => Promise<T>) => Promise<T> } & Disposable

const sampleMs = 20
const busyShare = 0.85
const atOnceMin = 2
const atOnceFirst = 16
const waitingMax = 5_000

/**
 * Lets operations in. How many run at once follows the time that this process has to spare: while there is some, the limit
 * rises with those who wait; when its one thread is busy it falls, because more operations at once would only hold more
 * memory for longer (multiplicative increase and decrease). Throws OVERLOADED when too many wait.
 */
export const createAdmission = (): Admission => {
  const waiting: (() => void)[] = []
  let running = 0
  let limit = atOnceFirst
  let last = performance.eventLoopUtilization()
  const letIn = (): void => {
    while (waiting.length > 0 && running < limit) {
      running += 1
      waiting.shift()?.()
    }
  }
  const timer = setInterval(() => {
    const now = performance.eventLoopUtilization()
    const isBusy = performance.eventLoopUtilization(now, last).utilization > busyShare
    last = now
    limit = nextLimit(limit, { isBusy, waiting: waiting.length })
    letIn()
  }, sampleMs)
  timer.unref()
  return {
    run: async (work) => {
      if (running < limit) running += 1
      else {
        if (waiting.length >= waitingMax) throw new CinegraphError('OVERLOADED', { what: 'The gateway' })
        await new Promise<void>((resolve) => waiting.push(resolve))
      }
      try {
        return await work()
      } finally {
        running -= 1
        letIn()
      }
    },
    [Symbol.dispose]: () => clearInterval(timer),
  }
}

/** The limit of the next sample. Nobody waits for long on slow subgraphs: a limit that is reached in idle time grows by half. */
export const nextLimit = (limit: number, { isBusy, waiting }: { readonly isBusy: boolean; readonly waiting: number }): number => {
  if (isBusy) return Math.max(atOnceMin, Math.floor(limit * 0.75))
  return waiting > 0 ? Math.ceil(limit * 1.5) : limit
}
