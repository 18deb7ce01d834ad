import { randomUUID } from 'node:crypto'
import type { Transaction } from '#platform/postgres/database.ts'
import type { Invoice, Plan, Subscription } from './deps.ts'
import { issued, type Posting, voided } from './ledger.ts'
import { splitTax } from './money.ts'
import type { Period } from './periods.ts'

export type Line = { readonly text: string; readonly amountMinor: number }
export type NewInvoice = Period & {
  readonly kind: 'first' | 'period' | 'change'
  readonly subscription: Pick<Subscription, 'accountId' | 'country' | 'paymentMethod'>
  readonly plan: Pick<Plan, 'id' | 'currency'>
  readonly periodKey: string | null
  readonly lines: readonly Line[]
  readonly now: Date
}
type Written = Pick<Invoice, 'accountId' | 'currency'> & { readonly invoiceId: string; readonly at: Date }

/** Writes a posting to the ledger; one that has no entries is none. */
export const post = async (tx: Transaction, { id, entries }: Posting, written: Written): Promise<void> => {
  if (entries.length === 0) return
  await tx.ledgerPosting.create({ data: { id, ...written, entries: { create: [...entries] } } })
}

/** NOTE: the row stays locked until the transaction ends, so that a number is taken if and only if its invoice is kept. */
const nextNumber = async (tx: Transaction): Promise<number> => {
  const [row] = await tx.$queryRaw<{ last: number }[]>`
    insert into profile.invoice_number (id, last) values (1, 1)
    on conflict (id) do update set last = invoice_number.last + 1 returning last`
  return row?.last ?? 1
}

/** What is owed to a member, in minor units of a currency. */
export const creditOf = async (tx: Pick<Transaction, 'ledgerEntry'>, accountId: string, currency: string): Promise<number> => {
  const where = { ledgerAccount: 'credit', posting: { accountId, currency } }
  return 0 - ((await tx.ledgerEntry.aggregate({ _sum: { amountMinor: true }, where }))._sum.amountMinor ?? 0)
}

/** Issues an invoice, less what is owed to the member, with its first payment where there is anything to pay. */
export const issue = async (tx: Transaction, wanted: NewInvoice): Promise<Invoice> => {
  const { kind, subscription, plan, periodKey, periodStart, periodEnd, lines, now } = wanted
  const { accountId, country, paymentMethod } = subscription
  const totalMinor = lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0)
  const owed = await creditOf(tx, accountId, plan.currency)
  const creditMinor = Math.max(0, Math.min(totalMinor, owed))
  const dueMinor = totalMinor - creditMinor
  const about = { accountId, kind, periodKey, planId: plan.id, periodStart, periodEnd, country, currency: plan.currency }
  const amounts = { ...splitTax(totalMinor, country), totalMinor, creditMinor }
  const settled = dueMinor > 0 ? { state: 'open' } : { state: 'paid', settledAt: now }
  const number = await nextNumber(tx)
  const invoice = await tx.invoice.create({
    data: { id: randomUUID(), number, ...about, ...amounts, ...settled, lines: lines.map((line) => ({ ...line })), issuedAt: now },
  })
  await post(tx, issued(invoice), { accountId, invoiceId: invoice.id, currency: plan.currency, at: now })
  if (dueMinor > 0) await tryPayment(tx, invoice, { method: paymentMethod, at: now })
  return invoice
}

/** The next try to have an invoice paid. */
export const tryPayment = async (
  tx: Transaction,
  { id: invoiceId, accountId, totalMinor, creditMinor }: Invoice,
  { method, at }: { readonly method: string; readonly at: Date },
): Promise<void> => {
  const before = await tx.payment.count({ where: { invoiceId, kind: 'charge' } })
  const id = `${invoiceId}:${before + 1}`
  const amountMinor = totalMinor - creditMinor
  await tx.payment.create({ data: { id, invoiceId, accountId, kind: 'charge', amountMinor, method, state: 'pending', createdAt: at } })
}

/** An open invoice is not to be paid any more; what was owed to the member is owed again. */
export const voidInvoice = async (tx: Transaction, invoice: Invoice, now: Date): Promise<void> => {
  const { id, accountId, currency } = invoice
  await tx.invoice.update({ where: { id }, data: { state: 'void', settledAt: now } })
  await post(tx, voided(invoice), { accountId, invoiceId: id, currency, at: now })
}
