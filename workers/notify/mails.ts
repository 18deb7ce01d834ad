import type { EventOf } from '#platform/contracts/topic.ts'
import type { mails } from '#platform/contracts/topics/profile.mails.ts'
import type { payments } from '#platform/contracts/topics/profile.payments.ts'
import type { subscriptions } from '#platform/contracts/topics/profile.subscriptions.ts'
import type { Text } from './languages/messages.ts'
import { messagesIn } from './messages.ts'

type Asked = EventOf<typeof mails>
type Started = EventOf<typeof subscriptions>
type Paid = EventOf<typeof payments>
/** Events of before say no language. */
export const languageOf = ({ language = 'en' }: { readonly language?: string | undefined }): string => language

const dayIn = (locale: string, instant: string): string =>
  new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(instant))
const instantIn = (locale: string, instant: string): string =>
  new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }).format(new Date(instant)).concat(' UTC')
const moneyIn = (locale: string, { amountMinor, currency }: Pick<Paid, 'amountMinor' | 'currency'>): string => {
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency })
  return format.format(amountMinor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2))
}

/** The words of a mail about signing up or a password. */
export const accountMail = (asked: Asked, webUrl: string): Text => {
  const { kind, email, secret, expiresAt, at } = asked
  const { messages, locale } = messagesIn(languageOf(asked))
  const until = instantIn(locale, expiresAt)
  if (kind === 'confirmSignUp') return messages.confirmSignUp({ code: secret, until })
  if (kind === 'alreadyMember') return messages.alreadyMember({ url: `${webUrl}/#/forgotten` })
  if (kind === 'resetPassword') return messages.resetPassword({ url: `${webUrl}/#/reset/${secret}`, until })
  if (kind === 'noAccount') return messages.noAccount({ email, url: `${webUrl}/#/sign-up` })
  return messages.passwordChanged({ at: instantIn(locale, at), url: `${webUrl}/#/forgotten` })
}

export const startedMail = (started: Started, webUrl: string): Text => {
  const { messages, locale } = messagesIn(languageOf(started))
  return messages.started({ planName: started.planName, at: dayIn(locale, started.startedAt), url: webUrl })
}

export const paymentMail = (paid: Paid, webUrl: string): Text => {
  const { messages, locale } = messagesIn(languageOf(paid))
  const { outcome, planName, invoiceNumber, nextTryAt, at } = paid
  const about = { amount: moneyIn(locale, paid), planName, invoiceNumber, url: `${webUrl}/#/account` }
  if (outcome === 'paid') return messages.paid({ ...about, at: dayIn(locale, at) })
  return messages.declined({ ...about, nextTryAt: nextTryAt === null ? null : dayIn(locale, nextTryAt) })
}
