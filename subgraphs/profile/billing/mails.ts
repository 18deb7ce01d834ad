import { payments } from '#platform/contracts/topics/profile.payments.ts'
import { subscriptions } from '#platform/contracts/topics/profile.subscriptions.ts'
import type { Transaction } from '#platform/postgres/database.ts'
import { outboxEvent } from '#platform/postgres/outbox.ts'
import { languageOf } from '../language.ts'
import type { Invoice, Plan } from './deps.ts'

type To = { readonly accountId: string; readonly email: string; readonly plan: Pick<Plan, 'name'> }

/** A subscription has started; its member is told once. */
export const tellStarted = async (tx: Transaction, { accountId, email, plan }: To, startedAt: Date): Promise<void> => {
  const language = await languageOf(tx, accountId)
  const event = { accountId, email, language, planName: plan.name, startedAt: startedAt.toISOString() }
  await tx.profileOutbox.create({ data: outboxEvent(subscriptions, event) })
}

type Paid = {
  readonly invoice: Invoice
  readonly reference: string
  readonly outcome: 'paid' | 'declined'
  readonly nextTryAt: Date | null
  readonly at: Date
}

/** A payment was made or declined; its member is told once of each. */
export const tellPayment = async (tx: Transaction, { accountId, email, plan }: To, told: Paid): Promise<void> => {
  const { invoice, reference, outcome, nextTryAt, at } = told
  const { number: invoiceNumber, currency, totalMinor } = invoice
  const language = await languageOf(tx, accountId)
  const about = { accountId, email, language, planName: plan.name, reference, outcome, invoiceNumber, amountMinor: totalMinor, currency }
  await tx.profileOutbox.create({
    data: outboxEvent(payments, { ...about, nextTryAt: nextTryAt?.toISOString() ?? null, at: at.toISOString() }),
  })
}

/** An invoice that what was owed to the member has paid; there is no payment of it. */
export const tellPaidByCredit = (tx: Transaction, to: To, { invoice, at }: Pick<Paid, 'invoice' | 'at'>): Promise<void> =>
  tellPayment(tx, to, { invoice, reference: `credit:${invoice.id}`, outcome: 'paid', nextTryAt: null, at })
