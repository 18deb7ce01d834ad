import { createHash } from 'node:crypto'
import { createTransport } from 'nodemailer'
import { type ObjectKey, objectKey } from '#platform/contracts/object-key.ts'
import type { EventOf } from '#platform/contracts/topic.ts'
import { subscriptions } from '#platform/contracts/topics/profile.subscriptions.ts'
import { eachInItsTrace } from '#platform/events/causes.ts'
import type { Log } from '#platform/observe/log.ts'
import type { EventLog } from '#platform/ports/event-log.ts'
import type { ObjectStore } from '#platform/ports/object-store.ts'

export type NotifyDeps = { readonly events: EventLog; readonly mailbox: ObjectStore; readonly webUrl: string; readonly log: Log }

const composer = createTransport({ streamTransport: true, buffer: true, newline: 'unix' })

/** The name of the one mail that a subscription causes, so that an event delivered twice still makes one mail. */
const mailKey = ({ accountId, startedAt }: EventOf<typeof subscriptions>): ObjectKey =>
  objectKey(`sent/${startedAt.slice(0, 10)}-${createHash('sha256').update(`${accountId} ${startedAt}`).digest('hex').slice(0, 16)}.eml`)

const compose = async ({ email, planName, startedAt }: EventOf<typeof subscriptions>, webUrl: string): Promise<Buffer> => {
  const text = `Welcome to Cinegraph.\n\nYour ${planName} plan started on ${startedAt.slice(0, 10)}. Every film is one press away, on every screen you own:\n${webUrl}\n`
  const { message } = await composer.sendMail({
    from: 'Cinegraph <hello@cinegraph.example>',
    to: email,
    subject: `Your ${planName} plan has started`,
    text,
  })
  if (!Buffer.isBuffer(message)) throw new TypeError('The mail was not composed into a buffer')
  return message
}

/** Sends members their mails, into a mailbox of `.eml` files. */
export const createNotify = ({ events, mailbox, webUrl, log }: NotifyDeps): Promise<void> =>
  events.consume({
    topic: subscriptions,
    group: 'notify',
    handle: (batch) =>
      eachInItsTrace(batch, 'confirm subscription', async (data) => {
        const key = mailKey(data)
        if ((await mailbox.head(key)) !== null) return
        await mailbox.put(key, await compose(data, webUrl), { type: 'message/rfc822' })
        log.info({ accountId: data.accountId, mail: key }, 'subscription confirmed by mail')
      }),
  })
