import { createHash } from 'node:crypto'
import { type ObjectKey, objectKey } from '#platform/contracts/object-key.ts'
import { mails } from '#platform/contracts/topics/profile.mails.ts'
import { payments } from '#platform/contracts/topics/profile.payments.ts'
import { subscriptions } from '#platform/contracts/topics/profile.subscriptions.ts'
import { eachInItsTrace } from '#platform/events/causes.ts'
import type { Log } from '#platform/observe/log.ts'
import type { EventLog } from '#platform/ports/event-log.ts'
import type { ObjectStore } from '#platform/ports/object-store.ts'
import { compose } from './compose.ts'
import type { Text } from './languages/messages.ts'
import { accountMail, languageOf, paymentMail, startedMail } from './mails.ts'
import { messagesIn } from './messages.ts'

export type NotifyDeps = { readonly events: EventLog; readonly mailbox: ObjectStore; readonly webUrl: string; readonly log: Log }
type To = { readonly email: string; readonly accountId?: string | undefined; readonly language?: string | undefined }

/** The name of the one mail of an event, so that an event delivered twice still makes one mail. */
const mailKey = (day: string, identity: string): ObjectKey =>
  objectKey(`sent/${day.slice(0, 10)}-${createHash('sha256').update(identity).digest('hex').slice(0, 16)}.eml`)

/** Sends members their mails, each in the member's language, into a mailbox of `.eml` files. */
export const createNotify = async ({ events, mailbox, webUrl, log }: NotifyDeps): Promise<void> => {
  const sendOnce = async (key: ObjectKey, to: To, message: Text): Promise<void> => {
    if ((await mailbox.head(key)) !== null) return
    const mail = await compose(to.email, message, messagesIn(languageOf(to)).locale)
    await mailbox.put(key, mail, { type: 'message/rfc822' })
    log.info({ mail: key, ...(to.accountId === undefined ? {} : { accountId: to.accountId }) }, 'mail sent')
  }
  await events.consume({
    topic: mails,
    group: 'notify',
    handle: (batch) =>
      eachInItsTrace(batch, 'mail about an account', (data) =>
        sendOnce(mailKey(data.at, `${data.kind} ${data.mailId}`), data, accountMail(data, webUrl)),
      ),
  })
  await events.consume({
    topic: subscriptions,
    group: 'notify',
    handle: (batch) =>
      eachInItsTrace(batch, 'confirm subscription', (data) =>
        sendOnce(mailKey(data.startedAt, `${data.accountId} ${data.startedAt}`), data, startedMail(data, webUrl)),
      ),
  })
  await events.consume({
    topic: payments,
    group: 'notify',
    handle: (batch) =>
      eachInItsTrace(batch, 'tell of a payment', (data) =>
        sendOnce(mailKey(data.at, `${data.outcome} ${data.reference}`), data, paymentMail(data, webUrl)),
      ),
  })
}
