import { LRUCache } from 'lru-cache'
import type { EventOf } from '#platform/contracts/topic.ts'
import { endedStreams } from '#platform/contracts/topics/playback.endedStreams.ts'
import type { Heartbeat } from '#platform/contracts/topics/playback.heartbeats.ts'
import { lastOfEach, streams } from '#platform/contracts/topics/playback.streams.ts'
import { PassingIds } from '#platform/events/passing-ids.ts'
import { tailForEver } from '#platform/events/tail-for-ever.ts'
import type { Log } from '#platform/observe/log.ts'
import type { EventLog } from '#platform/ports/event-log.ts'

type Beat = Pick<Heartbeat, 'sessionId'> & { readonly state: Heartbeat['state'] | 'stopped' }
export type Streams = AsyncDisposable & {
  /** Publishes what heartbeats mean for the places of an account's streams: most of them nothing. Throws as `publish` does. */
  readonly tell: (accountId: string, beats: readonly Beat[]) => Promise<void>
  /** Those of the sessions that were stopped because their account plays elsewhere. */
  readonly stopped: (beats: readonly Beat[]) => readonly string[]
}

/** A place is kept for 90 s; two of three renewals may be lost. */
const renewEveryMs = 30_000
/** Sessions whose renewal is remembered; of more than these some are renewed too often, which costs a little. */
const sessionsMax = 100_000
/** The longest life of a stream address that settings allow. */
const addressMs = 86_400_000

const stateOf = (state: Beat['state']): EventOf<typeof streams>['state'] => (state === 'ended' || state === 'stopped' ? state : 'playing')

/** What a BFF owes the places of streams: it tells that they play on, and their players that they do not. Resolves when it listens. */
export const createStreams = async (events: EventLog, log: Log): Promise<Streams> => {
  const renewed = new LRUCache<string, true>({ max: sessionsMax, ttl: renewEveryMs })
  const ended = new PassingIds()
  const tail = await tailForEver({
    events,
    topic: endedStreams,
    sinceMs: addressMs,
    onEvent: ({ sessionId, tokenUntil }) => ended.add(sessionId, Date.parse(tokenUntil)),
    log,
  })
  const isDue = (beat: Beat): boolean => stateOf(beat.state) !== 'playing' || !renewed.has(beat.sessionId)
  return {
    ...tail,
    tell: async (accountId, beats) => {
      const due = [...lastOfEach(beats).values()].filter((beat) => isDue(beat) && !ended.has(beat.sessionId))
      if (due.length === 0) return
      for (const { sessionId, state } of due) {
        if (stateOf(state) === 'playing') renewed.set(sessionId, true)
        else renewed.delete(sessionId)
      }
      await events.publish(
        streams,
        due.map(({ sessionId, state }) => ({ accountId, sessionId, state: stateOf(state) })),
      )
    },
    stopped: (beats) => [...lastOfEach(beats).keys()].filter((sessionId) => ended.has(sessionId)),
  }
}
