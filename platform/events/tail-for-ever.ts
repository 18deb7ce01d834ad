import { setTimeout as sleep } from 'node:timers/promises'
import type { EventOf, LiveTopic } from '#platform/contracts/topic.ts'
import { messageOf } from '#platform/errors/errors.ts'
import type { Log } from '#platform/observe/log.ts'
import type { EventLog } from '#platform/ports/event-log.ts'

export type TailForEver<T extends LiveTopic> = {
  readonly events: Pick<EventLog, 'tail'>
  readonly topic: T
  /** How far back it begins, each time that it has to begin. */
  readonly sinceMs: number
  readonly onEvent: (event: EventOf<T>) => void
  readonly log: Log
}

const pauseMs = 1_000

/** Tails a topic until it is disposed of, and begins again when the log could not be read. Resolves when it tails. */
export const tailForEver = async <T extends LiveTopic>(options: TailForEver<T>): Promise<AsyncDisposable> => {
  const { events, topic, sinceMs, onEvent, log } = options
  const stop = new AbortController()
  const open = () => events.tail(topic, stop.signal, new Date(Date.now() - sinceMs))
  const first = await open()
  const run = async (): Promise<void> => {
    for (let source: typeof first | undefined = first; !stop.signal.aborted; source = undefined) {
      try {
        for await (const { data } of source ?? (await open())) onEvent(data)
      } catch (error) {
        log.warn({ topic: topic.name, reason: messageOf(error) }, 'a topic cannot be tailed; it is tried again')
        await sleep(pauseMs, undefined, { ref: false })
      }
    }
  }
  const running = run()
  return {
    [Symbol.asyncDispose]: async () => {
      stop.abort()
      await running
    },
  }
}
