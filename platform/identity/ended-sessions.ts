import { setTimeout as sleep } from 'node:timers/promises'
import { endedSessions } from '#platform/contracts/topics/profile.endedSessions.ts'
import { messageOf } from '#platform/errors/errors.ts'
import type { Log } from '#platform/observe/log.ts'
import type { EventLog } from '#platform/ports/event-log.ts'

/** Whether the session of an access token was ended before the token expired. */
export type IsEnded = (sessionId: string) => boolean

/** For a process that reads no event log; whom it asks refuses what it lets pass. */
export const noneEnded: IsEnded = () => false

type Watch = {
  readonly events: Pick<EventLog, 'tail'>
  /** Longest life of an access token; what was ended longer ago is not looked for. */
  readonly tokenSeconds: number
  readonly log: Log
}

/** Clocks of two machines, and the way of an event through the outbox. */
const marginMs = 60_000
const pauseMs = 1_000

/**
 * The sessions that were ended within the life of an access token, kept in memory: those from before this process began, and
 * each that is ended from then on, within seconds, wherever it was. Resolves when it watches.
 */
export const watchEndedSessions = async ({
  events,
  tokenSeconds,
  log,
}: Watch): Promise<AsyncDisposable & { readonly isEnded: IsEnded }> => {
  const ended = new EndedSessions()
  const stop = new AbortController()
  const open = () => events.tail(endedSessions, stop.signal, new Date(Date.now() - tokenSeconds * 1000 - marginMs))
  const first = await open()
  const run = async (): Promise<void> => {
    for (let source: typeof first | undefined = first; !stop.signal.aborted; source = undefined) {
      try {
        for await (const { data } of source ?? (await open())) ended.add(data.sessionId, Date.parse(data.tokensUntil))
      } catch (error) {
        log.warn({ reason: messageOf(error) }, 'ended sessions cannot be read; it is tried again')
        await sleep(pauseMs, undefined, { ref: false })
      }
    }
  }
  const running = run()
  return {
    isEnded: (sessionId) => ended.has(sessionId),
    [Symbol.asyncDispose]: async () => {
      stop.abort()
      await running
    },
  }
}

/** Ids that are forgotten at an instant each. */
class EndedSessions {
  readonly #until = new Map<string, number>()
  add(sessionId: string, untilMs: number): void {
    this.#until.delete(sessionId)
    this.#until.set(sessionId, untilMs)
    this.#forget()
  }
  has(sessionId: string): boolean {
    return this.#until.has(sessionId)
  }
  /** NOTE: the oldest stand first; one that lives longer than those behind it keeps them a little, which costs memory only. */
  #forget(): void {
    const now = Date.now()
    for (const [sessionId, untilMs] of this.#until) {
      if (untilMs > now) return
      this.#until.delete(sessionId)
    }
  }
}
