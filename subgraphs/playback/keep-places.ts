import type { EventOf } from '#platform/contracts/topic.ts'
import { lastOfEach, streams } from '#platform/contracts/topics/playback.streams.ts'
import type { EventLog } from '#platform/ports/event-log.ts'
import { type ConcurrencyDeps, endStreams } from './concurrency.ts'
import type { Streaming } from './places.ts'

type Told = EventOf<typeof streams>

/** Keeps the places of streams that play, and frees those of streams that do not. */
export const keepPlaces = (deps: ConcurrencyDeps & { readonly events: EventLog }): Promise<void> =>
  deps.events.consume({
    topic: streams,
    group: 'playback',
    batchMax: 1_000,
    lingerMs: 100,
    handle: async (batch) => {
      const last = [...lastOfEach(batch.map(({ data }) => data)).values()]
      await free(
        last.filter(({ state }) => state !== 'playing'),
        deps,
      )
      await keep(
        last.filter(({ state }) => state === 'playing'),
        deps,
      )
    },
  })

const free = async (told: readonly Told[], { places, store, clock }: ConcurrencyDeps): Promise<void> => {
  const left = await Promise.all(told.map(async (event) => ((await places.leave(event)) ? event : null)))
  const stopped = left.flatMap((event) => (event?.state === 'stopped' ? [event.sessionId] : []))
  if (stopped.length > 0) await store.stop(stopped, clock())
}

/** NOTE: a film that was paused for longer than a place is kept takes one again when it goes on, and is stopped where there is none. */
const keep = async (playing: readonly Streaming[], deps: ConcurrencyDeps): Promise<void> => {
  const renewed = await deps.places.renew(playing)
  const lost = new Map(playing.filter(({ sessionId }) => !renewed.has(sessionId)).map((stream) => [stream.sessionId, stream.accountId]))
  if (lost.size === 0) return
  const now = deps.clock()
  const known = await deps.store.ofSessions([...lost.keys()])
  const own = known.filter(({ id, accountId, expiresAt }) => lost.get(id) === accountId && expiresAt > now)
  const taken = await Promise.all(
    own.map(
      async ({ id, accountId, streamsMax, stoppedAt }) =>
        stoppedAt === null && (await deps.places.take({ accountId, sessionId: id }, streamsMax)),
    ),
  )
  await endStreams(
    own.filter((_, at) => taken[at] === false),
    deps,
  )
}
