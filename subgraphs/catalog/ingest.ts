import { uploads as uploadTopic } from '#platform/contracts/topics/catalog.uploads.ts'
import { ingestFailed } from '#platform/contracts/topics/ingest.failed.ts'
import { packaged } from '#platform/contracts/topics/ingest.packaged.ts'
import { ingestProgress } from '#platform/contracts/topics/ingest.progress.ts'
import type { Log } from '#platform/observe/log.ts'
import type { EventLog } from '#platform/ports/event-log.ts'
import type { UploadStore } from './store.ts'

export type IngestDeps = { readonly events: EventLog; readonly uploads: UploadStore; readonly log: Log }

/** Takes in what the transcode worker reports: progress, a published stream, a refusal. */
export const ingest = async ({ events, uploads, log }: IngestDeps): Promise<void> => {
  const publishMoved = (batch: readonly { readonly data: { readonly uploadId: string } }[]): Promise<void> =>
    events.publish(
      uploadTopic,
      [...new Set(batch.map(({ data }) => data.uploadId))].map((uploadId) => ({ uploadId })),
    )
  await events.consume({
    topic: ingestProgress,
    group: 'catalog',
    handle: async (batch) => {
      for (const { data } of batch) await uploads.progress(data)
      await publishMoved(batch)
    },
  })
  await events.consume({
    topic: packaged,
    group: 'catalog',
    handle: async (batch) => {
      for (const { data } of batch) {
        await uploads.publish(data)
        log.info({ titleId: data.titleId, durationMs: data.durationMs }, 'title is playable')
      }
      await publishMoved(batch)
    },
  })
  await events.consume({
    topic: ingestFailed,
    group: 'catalog',
    handle: async (batch) => {
      for (const { data } of batch) await uploads.fail(data)
      await publishMoved(batch)
    },
  })
}
