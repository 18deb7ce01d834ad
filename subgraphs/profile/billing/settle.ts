import { messageOf } from '#platform/errors/errors.ts'
import type { Transaction } from '#platform/postgres/database.ts'
import { type BillingDeps, type Declined, decline, type Invoice, type Payment } from './deps.ts'
import { recordOutcome } from './outcomes.ts'
import { daysAfter } from './periods.ts'
import type { Outcome } from './processor.ts'

/** How long a member may take to confirm a payment, and a processor to say what became of it. */
const waitDays = 1

/** Asks the processor for what is not settled yet of an account, with the keys that it knows, and writes down what it says. */
export const settle = async (accountId: string, deps: BillingDeps): Promise<void> => {
  const where = { accountId, state: 'pending' }
  const pending = await deps.prisma.payment.findMany({ where, include: { invoice: true }, orderBy: { createdAt: 'asc' } })
  for (const payment of pending) {
    const outcome = await ask(payment, payment.invoice, deps)
    if (outcome !== null) await recordOutcome(payment.id, outcome, deps)
  }
}

/** NOTE: an answer that is lost leaves the payment as it is; it is asked for again by the same key. */
const ask = async (payment: Payment, invoice: Invoice, { processor, clock, log }: BillingDeps): Promise<Outcome | null> => {
  const { id: key, invoiceId, kind, amountMinor, method, createdAt } = payment
  try {
    if (kind === 'refund') return await processor.refund({ key, chargeKey: payment.method, amountMinor })
    const isLate = daysAfter(createdAt, waitDays) <= clock()
    if (isLate || invoice.state !== 'open') return await processor.abandon(key)
    return await processor.charge({ key, amountMinor, currency: invoice.currency, method })
  } catch (error) {
    log.warn({ invoiceId, reason: messageOf(error) }, 'a payment is not known yet; it is asked for again')
    return null
  }
}

/** The charge of an account that is not settled, if there is one. */
export const pendingCharge = (accountId: string, db: Pick<Transaction, 'payment'>): Promise<Payment | null> =>
  db.payment.findFirst({ where: { accountId, kind: 'charge', state: 'pending' } })

/** Why nothing else can be charged at present; null when it can. NOTE: only inside the transaction of the account does it stay so. */
export const whilePending = async (accountId: string, db: Pick<Transaction, 'payment'>): Promise<Declined | null> =>
  (await pendingCharge(accountId, db)) === null
    ? null
    : decline('PAYMENT_PENDING', 'A payment of this account is not finished yet. Try again in a moment.')
