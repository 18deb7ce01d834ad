import { uploads as uploadTopic } from '#platform/contracts/topics/catalog.uploads.ts'
import { ingestFailed } from '#platform/contracts/topics/ingest.failed.ts'
import { packaged } from '#platform/contracts/topics/ingest.packaged.ts'
import { ingestProgress } from '#platform/contracts/topics/ingest.progress.ts'
import { eachInItsTrace, oncePerKey } from '#platform/events/causes.ts'
import type { Log } from '#platform/observe/log.ts'
import type { Envelope, EventLog } from '#platform/ports/event-log.ts'
import type { UploadStore } from './store.ts'

export type IngestDeps = { readonly events: EventLog; readonly uploads: UploadStore; readonly log: Log }

/** Takes in what the transcode worker reports: progress, a published stream, a refusal. */
export const ingest = async ({ events, uploads, log }: IngestDeps): Promise<void> => {
  const publishMoved = <T extends typeof ingestProgress | typeof packaged | typeof ingestFailed>(batch: readonly Envelope<T>[]) => {
    const moved = oncePerKey(
      batch,
      ({ uploadId }) => uploadId,
      ({ uploadId }) => ({ uploadId }),
    )
    return events.publish(uploadTopic, moved.events, moved.traces)
  }
  await events.consume({
    topic: ingestProgress,
    group: 'catalog',
    handle: async (batch) => {
      await eachInItsTrace(batch, 'note progress', (data) => uploads.progress(data))
      await publishMoved(batch)
    },
  })
  await events.consume({
    topic: packaged,
    group: 'catalog',
    handle: async (batch) => {
      await eachInItsTrace(batch, 'publish title', async (data) => {
        await uploads.publish(data)
        log.info({ titleId: data.titleId, durationMs: data.durationMs }, 'title is playable')
      })
      await publishMoved(batch)
    },
  })
  await events.consume({
    topic: ingestFailed,
    group: 'catalog',
    handle: async (batch) => {
      await eachInItsTrace(batch, 'note refusal', (data) => uploads.fail(data))
      await publishMoved(batch)
    },
  })
}
