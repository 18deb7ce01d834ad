import { z } from 'zod'
import { Id } from '../fields.ts'
import { defineTopic } from '../topic.ts'

/** An upload has got on; published when that is saved. */
export const uploads = defineTopic({
  name: 'catalog.uploads',
  version: 1,
  schema: z.object({ uploadId: Id }),
  key: ({ uploadId }) => uploadId,
  groups: {},
  live: true,
})
