import { z } from 'zod'
import { Id, Instant } from '../fields.ts'
import { defineTopic } from '../topic.ts'

/** A session was ended before its time: its access tokens are no longer taken. The last of them expires at `tokensUntil`. */
export const endedSessions = defineTopic({
  name: 'profile.endedSessions',
  version: 1,
  schema: z.object({ sessionId: Id, tokensUntil: Instant }),
  key: ({ sessionId }) => sessionId,
  groups: {},
  live: true,
})
