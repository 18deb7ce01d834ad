import { z } from 'zod'
import { Id } from '../fields.ts'
import { defineJobQueue } from '../job-queue.ts'

/** A film has arrived and waits to be made into a stream. */
export const sources = defineJobQueue({
  name: 'catalog.sources',
  schema: z.object({ uploadId: Id, titleId: Id, objectKey: z.string(), sha256: z.string().optional() }),
  uniqueKey: ({ uploadId }) => uploadId,
  triesMax: 4,
  silenceSecondsMax: 10,
  trySecondsMax: 6 * 3600,
})
