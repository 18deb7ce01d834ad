import type { EventOf } from '#platform/contracts/topic.ts'
import { mails } from '#platform/contracts/topics/profile.mails.ts'
import type { EventLog } from '#platform/ports/event-log.ts'
import { until } from './member.ts'

type Mail = EventOf<typeof mails>
export type MailedCodes = {
  readonly all: () => readonly Mail[]
  /** Those to an address, as soon as there are so many. */
  readonly sentTo: (email: string, count?: number) => Promise<readonly Mail[]>
  /** What the last mail to an address holds. */
  readonly to: (email: string, count?: number) => Promise<string>
}

/** Reads what is to be mailed about accounts, in place of the worker that mails it. */
export const readMails = async (events: EventLog): Promise<MailedCodes> => {
  const seen: Mail[] = []
  await events.consume({
    topic: mails,
    group: 'notify',
    handle: async (batch) => void seen.push(...batch.map(({ data }) => data)),
  })
  const sentTo: MailedCodes['sentTo'] = (email, count = 1) =>
    until(`${count} mails to ${email}`, 20_000, async () => {
      const found = seen.filter((mail) => mail.email === email)
      return found.length >= count && found
    })
  return { all: () => seen, sentTo, to: async (email, count) => (await sentTo(email, count)).at(-1)?.secret ?? '' }
}
