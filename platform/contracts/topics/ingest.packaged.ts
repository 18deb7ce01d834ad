import { z } from 'zod'
import { Id } from '../fields.ts'
import { defineTopic } from '../topic.ts'

const Rendition = z.object({
  name: z.string(),
  width: z.number().int(),
  height: z.number().int(),
  bitrateKbps: z.number(),
  codecs: z.string(),
})

/** An upload has become a stream that can be played. */
export const TitlePackaged = z.object({
  uploadId: Id,
  titleId: Id,
  /** Folder of the published stream in the object store; never changes once published. */
  prefix: z.string(),
  durationMs: z.number().int().positive(),
  renditions: z.array(Rendition),
})

export const packaged = defineTopic({
  name: 'ingest.packaged',
  version: 1,
  schema: TitlePackaged,
  key: ({ uploadId }) => uploadId,
  groups: { catalog: 'earliest' },
  live: false,
})
