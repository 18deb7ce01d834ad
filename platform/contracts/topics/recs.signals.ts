import { z } from 'zod'
import { Id, Instant } from '../fields.ts'
import { defineTopic } from '../topic.ts'

/** How far one profile got in one title. */
export const WatchSignal = z.object({ profileId: Id, titleId: Id, share: z.number().min(0).max(1), at: Instant })
export type WatchSignal = Readonly<z.infer<typeof WatchSignal>>

export const signals = defineTopic({
  name: 'recs.signals',
  version: 1,
  schema: WatchSignal,
  key: ({ profileId }) => profileId,
  groups: { recs: 'earliest' },
  live: false,
})
