import { z } from 'zod'
import { Id, Instant } from '../fields.ts'
import { defineTopic } from '../topic.ts'

/** What a profile thinks of a title has changed; null when it no longer says. */
export const ThumbChanged = z.object({ profileId: Id, titleId: Id, thumb: z.enum(['UP', 'DOWN']).nullable(), at: Instant })
export type ThumbChanged = Readonly<z.infer<typeof ThumbChanged>>

export const thumbs = defineTopic({
  name: 'history.thumbs',
  version: 1,
  schema: ThumbChanged,
  key: ({ profileId }) => profileId,
  groups: { recs: 'earliest' },
  live: false,
})
