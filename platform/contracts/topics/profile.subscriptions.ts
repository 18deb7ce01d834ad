import { z } from 'zod'
import { EmailAddress, Id, Instant, Language } from '../fields.ts'
import { defineTopic } from '../topic.ts'

/** A membership has started. */
export const subscriptions = defineTopic({
  name: 'profile.subscriptions',
  version: 1,
  schema: z.object({
    accountId: Id,
    email: EmailAddress,
    /** Of the account's first profile; not in events of before. */
    language: Language.optional(),
    planName: z.string(),
    startedAt: Instant,
  }),
  key: ({ accountId }) => accountId,
  groups: { notify: 'earliest' },
  live: false,
})
