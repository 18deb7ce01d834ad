import { z } from 'zod'
import { EmailAddress, Id, Instant, Language } from '../fields.ts'
import { defineTopic } from '../topic.ts'

/** A member's payment was made, or was declined. Published once for each. */
export const payments = defineTopic({
  name: 'profile.payments',
  version: 1,
  schema: z.object({
    accountId: Id,
    email: EmailAddress,
    /** Of the account's first profile; not in events of before. */
    language: Language.optional(),
    planName: z.string(),
    /** The same for no other payment. */
    reference: z.string(),
    outcome: z.enum(['paid', 'declined']),
    invoiceNumber: z.number().int(),
    /** Of the invoice, in the currency's minor unit. */
    amountMinor: z.number().int(),
    currency: z.string(),
    /** When a declined payment is tried again; null when it is not. */
    nextTryAt: Instant.nullable(),
    at: Instant,
  }),
  key: ({ accountId }) => accountId,
  groups: { notify: 'earliest' },
  live: false,
})
