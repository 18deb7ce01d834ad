import { z } from 'zod'
import { Id } from '../fields.ts'
import { defineTopic } from '../topic.ts'

/**
 * A profile was removed, with its account or alone: whoever keeps something of it forgets it. Published at once, and again when
 * no access token lives any more that was made for it.
 */
export const removedProfiles = defineTopic({
  name: 'profile.removed',
  version: 1,
  schema: z.object({ profileId: Id }),
  key: ({ profileId }) => profileId,
  groups: { history: 'earliest', playback: 'earliest', recs: 'earliest', telemetry: 'earliest' },
  live: false,
})
