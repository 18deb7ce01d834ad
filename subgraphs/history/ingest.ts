import { resumePoints } from '#platform/contracts/topics/history.resumePoints.ts'
import { believedAt, type Heartbeat, heartbeats } from '#platform/contracts/topics/playback.heartbeats.ts'
import { removedProfiles } from '#platform/contracts/topics/profile.removed.ts'
import { oncePerKey } from '#platform/events/causes.ts'
import type { EventLog } from '#platform/ports/event-log.ts'
import type { MarkStores } from './marks.ts'
import type { HistoryStore, ResumePoint, Viewing } from './store.ts'

export type IngestDeps = { readonly events: EventLog; readonly store: HistoryStore; readonly marks: MarkStores; readonly clock: () => Date }

const toPoint = (beat: Heartbeat, at: Date): ResumePoint => ({
  profileId: beat.profileId,
  titleId: beat.titleId,
  positionMs: Math.min(beat.positionMs, beat.durationMs),
  durationMs: beat.durationMs,
  at,
  deviceId: beat.deviceId,
})

const toViewing = (beat: Heartbeat, at: Date): Viewing => {
  const { deviceId: _, at: __, ...point } = toPoint(beat, at)
  return { ...point, sessionId: beat.sessionId, startedAt: at, lastAt: at }
}

const keyOf = ({ profileId, titleId }: Heartbeat): string => `${profileId} ${titleId}`

/** Takes heartbeats in: moves resume points and widens sittings. Seeing a heartbeat twice changes nothing. Forgets profiles that were removed. */
export const ingest = async ({ events, store, marks, clock }: IngestDeps): Promise<void> => {
  await events.consume({
    topic: removedProfiles,
    group: 'history',
    handle: async (batch) => {
      const profileIds = batch.map(({ data }) => data.profileId)
      await Promise.all([store.remove(profileIds), marks.myList.forget(profileIds), marks.thumbs.forget(profileIds)])
    },
  })
  await events.consume({
    topic: heartbeats,
    group: 'history',
    batchMax: 2_000,
    lingerMs: 25,
    handle: async (batch) => {
      const now = clock()
      const dated = batch.map(({ data }) => ({ beat: data, at: believedAt(data, now) }))
      await store.put({
        points: dated.map(({ beat, at }) => toPoint(beat, at)),
        viewings: dated.map(({ beat, at }) => toViewing(beat, at)),
      })
      const moved = oncePerKey(batch, keyOf, ({ profileId, titleId }) => ({ profileId, titleId }))
      await events.publish(resumePoints, moved.events, moved.traces)
    },
  })
}
