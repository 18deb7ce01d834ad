import type { EventLog } from '#platform/ports/event-log.ts'
import type { RecsStore } from './store.ts'

/** Takes in what the catalogue tells of titles and what workers/recs tells of members. */
export const ingest = async (events: EventLog, store: RecsStore): Promise<void> => {
  await events.subscribe({
    topic: 'catalog.titles',
    group: 'recs',
    handle: async (batch) => store.putFeatures(batch.map(({ data }) => data)),
  })
  await events.subscribe({
    topic: 'recs.signals',
    group: 'recs',
    handle: async (batch) => store.putSignals(batch.map(({ data }) => ({ ...data, at: new Date(data.at) }))),
  })
}
