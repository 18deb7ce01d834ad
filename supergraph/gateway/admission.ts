import { performance } from 'node:perf_hooks'
import { CinegraphError } from '#platform/errors.ts'

export type Admission = { readonly run: <T>(work: () => Promise<T>) => Promise<T> } & Disposable

const sampleMs = 20
const busyShare = 0.9
const alwaysMax = 4
const waitingMax = 5_000

/**
 * Lets operations in. While this process has time to spare all may run; when its one thread is busy, more of them at once
 * would only hold more memory for longer, so the others wait their turn. Throws OVERLOADED when too many wait.
 */
export const createAdmission = (): Admission => {
  const waiting: (() => void)[] = []
  let running = 0
  let isBusy = false
  let last = performance.eventLoopUtilization()
  const letIn = (): void => {
    while (waiting.length > 0 && (running < alwaysMax || !isBusy)) {
      running += 1
      waiting.shift()?.()
    }
  }
  const timer = setInterval(() => {
    const now = performance.eventLoopUtilization()
    isBusy = performance.eventLoopUtilization(now, last).utilization > busyShare
    last = now
    letIn()
  }, sampleMs)
  timer.unref()
  return {
    run: async (work) => {
      if (running < alwaysMax || !isBusy) running += 1
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
