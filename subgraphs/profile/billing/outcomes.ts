import type { Transaction } from '#platform/postgres/database.ts'
import { inAccount } from './account-lock.ts'
import { post, voidInvoice } from './books.ts'
import type { BillingDeps, Held, Invoice, Payment } from './deps.ts'
import { overpaid, paid, refunded } from './ledger.ts'
import { nextState } from './machine.ts'
import { tellPayment, tellStarted } from './mails.ts'
import { splitTax } from './money.ts'
import { daysAfter } from './periods.ts'
import type { Outcome } from './processor.ts'

type Settling = {
  readonly tx: Transaction
  readonly email: string
  readonly payment: Payment
  readonly invoice: Invoice
  readonly subscription: Held | null
  readonly now: Date
}

/**
 * Writes down what became of a payment, once: what comes again, or late, changes nothing. NOTE: only a success after a failure counts,
 * because the money is there; it is then owed to the member, unless the invoice still waits for it.
 */
export const recordOutcome = async (paymentId: string, outcome: Outcome, deps: BillingDeps): Promise<void> => {
  const known = await deps.prisma.payment.findUnique({ where: { id: paymentId } })
  if (known === null || outcome.state === 'pending') return
  await inAccount(deps.prisma, known.accountId, async (tx, email) => {
    const payment = await tx.payment.findUniqueOrThrow({ where: { id: paymentId }, include: { invoice: true } })
    if (payment.state === 'succeeded' || (payment.state === 'failed' && outcome.state !== 'succeeded')) return
    if (outcome.state === 'action') return void (await tx.payment.update({ where: { id: paymentId }, data: { actionUrl: outcome.url } }))
    const reason = outcome.state === 'failed' ? outcome.reason : null
    await tx.payment.update({ where: { id: paymentId }, data: { state: outcome.state, reason, actionUrl: null } })
    const subscription = await tx.subscription.findUnique({ where: { accountId: payment.accountId }, include: { plan: true } })
    const settling = { tx, email, payment, invoice: payment.invoice, subscription, now: deps.clock() }
    if (payment.kind === 'refund') return outcome.state === 'succeeded' ? refundMade(settling) : refundFailed(settling)
    return outcome.state === 'succeeded' ? chargeMade(settling) : chargeFailed(settling, deps)
  })
}

const writtenOf = ({ invoice: { id, accountId, currency }, now }: Settling) => ({ accountId, invoiceId: id, currency, at: now })

const refundMade = async (settling: Settling): Promise<void> => {
  const { tx, payment, invoice } = settling
  await post(tx, refunded(payment.id, splitTax(payment.amountMinor, invoice.country)), writtenOf(settling))
}
const refundFailed = async ({ tx, payment, invoice }: Settling): Promise<void> =>
  void (await tx.invoice.update({ where: { id: invoice.id }, data: { refundedMinor: { decrement: payment.amountMinor } } }))

const chargeMade = async (settling: Settling): Promise<void> => {
  const { tx, email, payment, invoice, subscription, now } = settling
  if (invoice.state !== 'open') return post(tx, overpaid(payment.id, payment.amountMinor), writtenOf(settling))
  await tx.invoice.update({ where: { id: invoice.id }, data: { state: 'paid', settledAt: now } })
  await post(tx, paid(payment.id, payment.amountMinor), writtenOf(settling))
  if (subscription === null) return
  const plan = await tx.plan.findUniqueOrThrow({ where: { id: invoice.planId } })
  const to = { accountId: invoice.accountId, email, plan }
  await tellPayment(tx, to, { invoice, reference: payment.id, outcome: 'paid', nextTryAt: null, at: now })
  const isChange = invoice.kind === 'change'
  const state = nextState(subscription.state, isChange ? 'change' : 'paid')
  if (state === null) return
  const change = isChange ? { planId: invoice.planId } : { tries: 0, dueAt: subscription.periodEnd }
  // NOTE: a card becomes the one that is charged next time when it has worked.
  const data = { state, ...change, paymentMethod: payment.method }
  await tx.subscription.update({ where: { accountId: invoice.accountId }, data })
  if (invoice.kind === 'first') await tellStarted(tx, to, subscription.startedAt)
}

const chargeFailed = async (settling: Settling, { dunningDays }: BillingDeps): Promise<void> => {
  const { tx, email, payment, invoice, subscription, now } = settling
  if (invoice.state !== 'open' || subscription === null) return
  const state = invoice.kind === 'change' ? null : nextState(subscription.state, 'declined')
  const retryDays = state === 'pastDue' ? dunningDays[subscription.tries] : undefined
  const nextTryAt = retryDays === undefined ? null : daysAfter(now, retryDays)
  const to = { accountId: invoice.accountId, email, plan: subscription.plan }
  await tellPayment(tx, to, { invoice, reference: payment.id, outcome: 'declined', nextTryAt, at: now })
  if (state === null || state === 'ended') await voidInvoice(tx, invoice, now)
  if (state === null) return
  // NOTE: what is past due without another try is given up by the next step.
  const dueAt = state === 'pastDue' ? (nextTryAt ?? now) : null
  const tries = state === 'pastDue' ? subscription.tries + 1 : 0
  await tx.subscription.update({ where: { accountId: invoice.accountId }, data: { state, dueAt, tries } })
}
