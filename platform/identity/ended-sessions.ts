import { endedSessions } from '#platform/contracts/topics/profile.endedSessions.ts'
import { PassingIds } from '#platform/events/passing-ids.ts'
import { tailForEver } from '#platform/events/tail-for-ever.ts'
import type { Log } from '#platform/observe/log.ts'
import type { EventLog } from '#platform/ports/event-log.ts'

/** What a process knows of sessions that were ended before their access tokens expired. */
export type KnownEnds = {
  readonly isEnded: (sessionId: string) => boolean
  /** A signal that aborts with another one, and when the session is ended. */
  readonly whileOpen: (sessionId: string, signal: AbortSignal) => AbortSignal
}

/** For a process that reads no event log; whom it asks refuses what it lets pass. */
export const noneEnded: KnownEnds = { isEnded: () => false, whileOpen: (_sessionId, signal) => signal }

type Watch = {
  readonly events: Pick<EventLog, 'tail'>
  /** Longest life of an access token; what was ended longer ago is not looked for. */
  readonly tokenSeconds: number
  readonly log: Log
}

/** Clocks of two machines, and the way of an event through the outbox. */
const marginMs = 60_000

/**
 * The sessions that were ended within the life of an access token, kept in memory: those from before this process began, and
 * each that is ended from then on, within seconds, wherever it was. Resolves when it watches.
 */
export const watchEndedSessions = async ({ events, tokenSeconds, log }: Watch): Promise<AsyncDisposable & KnownEnds> => {
  const ended = new EndedSessions()
  const tail = await tailForEver({
    events,
    topic: endedSessions,
    sinceMs: tokenSeconds * 1000 + marginMs,
    onEvent: ({ sessionId, tokensUntil }) => ended.add(sessionId, Date.parse(tokensUntil)),
    log,
  })
  return {
    ...tail,
    isEnded: (sessionId) => ended.has(sessionId),
    whileOpen: (sessionId, signal) => ended.whileOpen(sessionId, signal),
  }
}

/** Ids that are forgotten at an instant each, and who waits for one to be added. */
class EndedSessions {
  readonly #ids = new PassingIds()
  readonly #waiting = new Map<string, Set<() => void>>()
  add(sessionId: string, untilMs: number): void {
    this.#ids.add(sessionId, untilMs)
    for (const end of this.#waiting.get(sessionId) ?? []) end()
  }
  whileOpen(sessionId: string, signal: AbortSignal): AbortSignal {
    const ended = new AbortController()
    if (this.has(sessionId)) ended.abort()
    const end = (): void => {
      waiting.delete(end)
      if (waiting.size === 0) this.#waiting.delete(sessionId)
      ended.abort()
    }
    const waiting = this.#waiting.get(sessionId) ?? new Set()
    this.#waiting.set(sessionId, waiting.add(end))
    signal.addEventListener('abort', end, { once: true })
    if (signal.aborted) end()
    return ended.signal
  }
  has(sessionId: string): boolean {
    return this.#ids.has(sessionId)
  }
}
