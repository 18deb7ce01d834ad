import { z } from 'zod'
import { Id } from '../fields.ts'
import { defineJobQueue } from '../job-queue.ts'

/** Something of an account's subscription is due: a renewal, a further try of a payment, its end. */
export const renewals = defineJobQueue({
  name: 'profile.renewals',
  schema: z.object({ accountId: Id }),
  uniqueKey: ({ accountId }) => accountId,
  triesMax: 5,
  silenceSecondsMax: 30,
  trySecondsMax: 300,
})
