import { z } from 'zod'
import { Id } from '../fields.ts'
import { defineTopic } from '../topic.ts'

/** A profile has got on in a title; published when the new resume point is saved. */
export const resumePoints = defineTopic({
  name: 'history.resumePoints',
  version: 1,
  schema: z.object({ profileId: Id, titleId: Id }),
  key: ({ profileId }) => profileId,
  groups: {},
  live: true,
})
