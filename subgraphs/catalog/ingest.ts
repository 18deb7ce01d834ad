import type { Log } from '#platform/observe/log.ts'
import type { EventLog } from '#platform/ports/event-log.ts'
import type { Search } from './search.ts'
import type { UploadStore } from './store.ts'

export type IngestDeps = { readonly events: EventLog; readonly uploads: UploadStore; readonly search: Search; readonly log: Log }

/** Takes in what the transcode worker tells: progress, a published stream, a refusal. */
export const ingest = async ({ events, uploads, search, log }: IngestDeps): Promise<void> => {
  const tell = (batch: readonly { readonly data: { readonly uploadId: string } }[]): Promise<void> =>
    events.publish(
      'catalog.uploads',
      [...new Set(batch.map(({ data }) => data.uploadId))].map((uploadId) => ({ uploadId })),
    )
  await events.subscribe({
    topic: 'ingest.progress',
    group: 'catalog',
    handle: async (batch) => {
      for (const { data } of batch) await uploads.progress(data)
      await tell(batch)
    },
  })
  await events.subscribe({
    topic: 'ingest.packaged',
    group: 'catalog',
    handle: async (batch) => {
      for (const { data } of batch) {
        await uploads.publish(data)
        log.info({ titleId: data.titleId, durationMs: data.durationMs }, 'title is playable')
      }
      await tell(batch)
      await search.refresh(batch.map(({ data }) => data.titleId))
    },
  })
  await events.subscribe({
    topic: 'ingest.failed',
    group: 'catalog',
    handle: async (batch) => {
      for (const { data } of batch) await uploads.fail(data)
      await tell(batch)
    },
  })
}
