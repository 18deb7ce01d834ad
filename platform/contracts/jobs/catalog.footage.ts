import { z } from 'zod'
import { Id } from '../fields.ts'
import { defineJobQueue } from '../job-queue.ts'

/** Footage is to be made for a demo title, in one of the looks that workers/transcode knows. */
export const footage = defineJobQueue({
  name: 'catalog.footage',
  schema: z.object({
    uploadId: Id,
    titleId: Id,
    look: z.number().int().min(0),
    seconds: z.number().int().min(1).max(600),
  }),
  uniqueKey: ({ uploadId }) => uploadId,
  triesMax: 4,
  silenceSecondsMax: 10,
  trySecondsMax: 3600,
})
