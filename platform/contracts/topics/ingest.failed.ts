import { z } from 'zod'
import { Id } from '../fields.ts'
import { defineTopic } from '../topic.ts'

/** An upload cannot be made into a stream; `message` is for the one who uploaded it. */
export const ingestFailed = defineTopic({
  name: 'ingest.failed',
  version: 1,
  schema: z.object({ uploadId: Id, titleId: Id, code: z.string(), message: z.string() }),
  key: ({ uploadId }) => uploadId,
  groups: { catalog: 'earliest' },
  live: false,
})
