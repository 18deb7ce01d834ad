import { z } from 'zod'
import { Id } from '../fields.ts'
import { defineTopic } from '../topic.ts'

/** How far the transcode worker is with an upload. */
export const ingestProgress = defineTopic({
  name: 'ingest.progress',
  version: 1,
  schema: z.object({ uploadId: Id, titleId: Id, step: z.string(), percent: z.number().min(0).max(100) }),
  key: ({ uploadId }) => uploadId,
  groups: { catalog: 'earliest' },
  live: false,
})
