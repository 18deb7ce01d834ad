import { createHash } from 'node:crypto'
import { createTransport } from 'nodemailer'
import { type ObjectKey, objectKey } from '#platform/contracts/object-key.ts'
import type { EventOf } from '#platform/contracts/topic.ts'
import { payments } from '#platform/contracts/topics/profile.payments.ts'
import { subscriptions } from '#platform/contracts/topics/profile.subscriptions.ts'
import { eachInItsTrace } from '#platform/events/causes.ts'
import type { Log } from '#platform/observe/log.ts'
import type { EventLog } from '#platform/ports/event-log.ts'
import type { ObjectStore } from '#platform/ports/object-store.ts'

export type NotifyDeps = { readonly events: EventLog; readonly mailbox: ObjectStore; readonly webUrl: string; readonly log: Log }

const composer = createTransport({ streamTransport: true, buffer: true, newline: 'unix' })

type Started = EventOf<typeof subscriptions>
type Paid = EventOf<typeof payments>
type Mail = { readonly email: string; readonly subject: string; readonly text: string }

/** The name of the one mail of an event, so that an event delivered twice still makes one mail. */
const mailKey = (day: string, identity: string): ObjectKey =>
  objectKey(`sent/${day.slice(0, 10)}-${createHash('sha256').update(identity).digest('hex').slice(0, 16)}.eml`)

const money = ({ amountMinor, currency }: Pick<Paid, 'amountMinor' | 'currency'>): string => {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency })
  return format.format(amountMinor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2))
}

const startedMail = ({ email, planName, startedAt }: Started, webUrl: string): Mail => ({
  email,
  subject: `Your ${planName} plan has started`,
  text: `Welcome to Cinegraph.\n\nYour ${planName} plan started on ${startedAt.slice(0, 10)}. Every film is one press away, on every screen you own:\n${webUrl}\n`,
})

const paymentMail = (paid: Paid, webUrl: string): Mail => {
  const { email, outcome, planName, invoiceNumber, nextTryAt, at } = paid
  if (outcome === 'paid')
    return {
      email,
      subject: `Receipt for invoice ${invoiceNumber}`,
      text: `Thank you. ${money(paid)} for ${planName} was paid on ${at.slice(0, 10)}, invoice ${invoiceNumber}. Your invoices:\n${webUrl}/#/account\n`,
    }
  const next = nextTryAt === null ? 'It is not tried again.' : `It is tried again on ${nextTryAt.slice(0, 10)}.`
  return {
    email,
    subject: `Your payment for ${planName} was declined`,
    text: `${money(paid)} for ${planName} (invoice ${invoiceNumber}) could not be taken. ${next} Another card can be given here:\n${webUrl}/#/account\n`,
  }
}

const compose = async ({ email, subject, text }: Mail): Promise<Buffer> => {
  const { message } = await composer.sendMail({ from: 'Cinegraph <hello@cinegraph.example>', to: email, subject, text })
  if (!Buffer.isBuffer(message)) throw new TypeError('The mail was not composed into a buffer')
  return message
}

/** Sends members their mails, into a mailbox of `.eml` files. */
export const createNotify = async ({ events, mailbox, webUrl, log }: NotifyDeps): Promise<void> => {
  const sendOnce = async (key: ObjectKey, accountId: string, mail: Mail): Promise<void> => {
    if ((await mailbox.head(key)) !== null) return
    await mailbox.put(key, await compose(mail), { type: 'message/rfc822' })
    log.info({ accountId, mail: key }, 'mail sent')
  }
  await events.consume({
    topic: subscriptions,
    group: 'notify',
    handle: (batch) =>
      eachInItsTrace(batch, 'confirm subscription', (data) =>
        sendOnce(mailKey(data.startedAt, `${data.accountId} ${data.startedAt}`), data.accountId, startedMail(data, webUrl)),
      ),
  })
  await events.consume({
    topic: payments,
    group: 'notify',
    handle: (batch) =>
      eachInItsTrace(batch, 'tell of a payment', (data) =>
        sendOnce(mailKey(data.at, `${data.outcome} ${data.reference}`), data.accountId, paymentMail(data, webUrl)),
      ),
  })
}
