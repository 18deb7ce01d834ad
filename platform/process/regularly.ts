import { messageOf } from '#platform/errors/errors.ts'
import type { Log } from '#platform/observe/log.ts'
import { Wake } from '#platform/process/wake.ts'

export type Regularly = { readonly what: string; readonly everyMs: number; readonly run: () => Promise<unknown>; readonly log: Log }

/** Does something at once and then again and again, one after the other, until disposed. What fails waits for the next time. */
export const regularly = ({ what, everyMs, run, log }: Regularly): AsyncDisposable => {
  const wake = new Wake()
  let isStopped = false
  const loop = async (): Promise<void> => {
    while (!isStopped) {
      await run().catch((error: unknown) => log.warn({ what, reason: messageOf(error) }, 'it waits for the next time'))
      if (!isStopped) await wake.wait(everyMs)
    }
  }
  const running = loop()
  return {
    [Symbol.asyncDispose]: async () => {
      isStopped = true
      wake.now()
      await running
    },
  }
}
