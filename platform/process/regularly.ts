import { messageOf } from '#platform/errors/errors.ts'
import type { Log } from '#platform/observe/log.ts'
import { Wake } from '#platform/process/wake.ts'

/** Waits for so many ms, or until all of it is stopped; false when it is. */
export type Pause = (ms: number) => Promise<boolean>
export type Regularly = {
  readonly what: string
  readonly everyMs: number
  readonly run: (pause: Pause) => Promise<unknown>
  readonly log: Log
}

/** Does something at once and then again and again, one after the other, until disposed. What fails waits for the next time. */
export const regularly = ({ what, everyMs, run, log }: Regularly): AsyncDisposable => {
  const wake = new Wake()
  let isStopped = false
  const pause: Pause = async (ms) => {
    if (!isStopped) await wake.wait(ms)
    return !isStopped
  }
  const loop = async (): Promise<void> => {
    do await run(pause).catch((error: unknown) => log.warn({ what, reason: messageOf(error) }, 'it waits for the next time'))
    while (await pause(everyMs))
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
