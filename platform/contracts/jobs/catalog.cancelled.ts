import { z } from 'zod'
import { Id } from '../fields.ts'
import { defineJobQueue } from '../job-queue.ts'

/** An operator has cancelled an upload: what works on it ends, and what has arrived and was made is removed. */
export const cancelled = defineJobQueue({
  name: 'catalog.cancelled',
  schema: z.object({ uploadId: Id, titleId: Id, objectKey: z.string() }),
  uniqueKey: ({ uploadId }) => uploadId,
  triesMax: 20,
  silenceSecondsMax: 10,
  trySecondsMax: 600,
})
