import { z } from 'zod'
import { Id, Instant } from '../fields.ts'
import { defineTopic } from '../topic.ts'

/** A stream lost its place to another of its account: its player is told to stop. Its address works until `tokenUntil`. */
export const endedStreams = defineTopic({
  name: 'playback.endedStreams',
  version: 1,
  schema: z.object({ sessionId: Id, tokenUntil: Instant }),
  key: ({ sessionId }) => sessionId,
  groups: {},
  live: true,
})
