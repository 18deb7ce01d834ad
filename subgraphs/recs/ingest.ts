import { titles } from '#platform/contracts/topics/catalog.titles.ts'
import { thumbs } from '#platform/contracts/topics/history.thumbs.ts'
import { removedProfiles } from '#platform/contracts/topics/profile.removed.ts'
import { signals } from '#platform/contracts/topics/recs.signals.ts'
import type { EventLog } from '#platform/ports/event-log.ts'
import type { RecsStore } from './store.ts'

/** Takes in what the catalogue publishes about titles, workers/recs and the viewing history about members; forgets profiles that were removed. */
export const ingest = async (events: EventLog, store: RecsStore): Promise<void> => {
  await events.consume({
    topic: titles,
    group: 'recs',
    handle: async (batch) => store.putFeatures(batch.map(({ data }) => data)),
  })
  await events.consume({
    topic: removedProfiles,
    group: 'recs',
    handle: (batch) => store.remove(batch.map(({ data }) => data.profileId)),
  })
  await events.consume({
    topic: signals,
    group: 'recs',
    handle: async (batch) => store.putSignals(batch.map(({ data }) => ({ ...data, at: new Date(data.at) }))),
  })
  await events.consume({
    topic: thumbs,
    group: 'recs',
    handle: async (batch) => store.putThumbs(batch.map(({ data }) => ({ ...data, at: new Date(data.at) }))),
  })
}
