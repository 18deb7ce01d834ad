import { believedAt, type Heartbeat, heartbeats } from '#platform/contracts/topics/playback.heartbeats.ts'
import { signals, type WatchSignal } from '#platform/contracts/topics/recs.signals.ts'
import { oncePerKey } from '#platform/events/causes.ts'
import type { EventLog } from '#platform/ports/event-log.ts'

const keyOf = ({ profileId, titleId }: Pick<Heartbeat, 'profileId' | 'titleId'>): string => `${profileId} ${titleId}`

/** One signal per profile and title of a batch: how far it got at most, and when last. */
export const signalsOf = (beats: readonly Heartbeat[], now: Date): readonly WatchSignal[] => {
  const dated = beats.map((beat) => ({ ...beat, at: believedAt(beat, now).toISOString() }))
  const perTitle = Map.groupBy(dated, keyOf)
  return [...perTitle.values()].flatMap((group) => {
    const last = group.toSorted((a, b) => (a.at < b.at ? 1 : -1))[0]
    if (last === undefined) return []
    const share = Math.max(...group.map(({ positionMs, durationMs }) => Math.min(1, positionMs / durationMs)))
    return [{ profileId: last.profileId, titleId: last.titleId, share, at: last.at }]
  })
}

/** Turns heartbeats into the signals that ranking learns from. */
export const createRecsWorker = (events: EventLog, clock: () => Date): Promise<void> =>
  events.consume({
    topic: heartbeats,
    group: 'signals',
    batchMax: 2_000,
    lingerMs: 1_000,
    handle: async (batch) => {
      const beats = batch.map(({ data }) => data)
      const { traces } = oncePerKey(batch, keyOf, keyOf)
      await events.publish(signals, signalsOf(beats, clock()), traces)
    },
  })
