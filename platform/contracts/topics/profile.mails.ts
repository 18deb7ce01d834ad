import { z } from 'zod'
import { EmailAddress, Id, Instant, Language } from '../fields.ts'
import { defineTopic } from '../topic.ts'

/** A mail about signing up and passwords is to be sent. Published once for each. */
export const mails = defineTopic({
  name: 'profile.mails',
  version: 1,
  schema: z.object({
    mailId: Id,
    kind: z.enum(['confirmSignUp', 'alreadyMember', 'resetPassword', 'noAccount', 'passwordChanged']),
    email: EmailAddress,
    language: Language,
    /** The code of a sign-up, or what the link of a reset holds: each works once, and not after `expiresAt`. Empty otherwise. */
    secret: z.string().max(64),
    expiresAt: Instant,
    at: Instant,
  }),
  key: ({ email }) => email.slice(0, 64),
  groups: { notify: 'earliest' },
  live: false,
})
