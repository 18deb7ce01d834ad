import { inAccount, Turns } from './account-lock.ts'
import { advance } from './advance.ts'
import { type Change, type ChangeWanted, change, previewChange } from './change.ts'
import { type BillingDeps, type Declined, decline, type Invoice } from './deps.ts'
import { cancel, pause, resume } from './hold.ts'
import { recordOutcome } from './outcomes.ts'
import { pendingCharge, settle, whilePending } from './settle.ts'
import { begin, type Wanted } from './subscribe.ts'

type Doing = Promise<Declined | null>
export type SubscribeWanted = Wanted & ChangeWanted
/** What can be done with the subscription and the money of an account. All of it is brought to the present first. */
export type Billing = {
  /** Begins a subscription, changes its plan, or takes a cancellation back. */
  readonly subscribe: (wanted: SubscribeWanted) => Doing
  readonly preview: (accountId: string, planId: string) => Promise<Change | Declined>
  readonly cancel: (accountId: string) => Doing
  readonly pause: (accountId: string) => Doing
  readonly resume: (accountId: string) => Doing
  /** Gives money back that was paid for an invoice. */
  readonly refund: (invoiceNumber: number, amountMinor: number) => Doing
  readonly advance: (accountId: string) => Promise<void>
  /** What a payment processor told by itself. Throws PAYMENT_EVENT_INVALID. */
  readonly told: (body: string, signature: string) => Promise<void>
  /** Newest first. */
  readonly invoices: (accountId: string, first: number) => Promise<readonly Invoice[]>
}

export const createBilling = (deps: BillingDeps): Billing => {
  const turns = new Turns()
  const { prisma } = deps
  /** One after the other for an account; what is not settled before is settled first, and what is begun as far as the processor goes. */
  const inTurn = (accountId: string, work: () => Doing, { evenPending = false } = {}): Doing =>
    turns.take(accountId, async () => {
      await advance(accountId, deps)
      const declined = (evenPending ? null : await whilePending(accountId, prisma)) ?? (await work())
      if (declined === null) await settle(accountId, deps)
      return declined
    })
  return {
    subscribe: (wanted) => inTurn(wanted.accountId, () => subscribe(wanted, deps)),
    preview: (accountId, planId) => previewChange(prisma, accountId, { planId, now: deps.clock() }),
    cancel: (accountId) => inTurn(accountId, () => cancel(accountId, deps), { evenPending: true }),
    pause: (accountId) => inTurn(accountId, () => pause(accountId, deps)),
    resume: (accountId) => inTurn(accountId, () => resume(accountId, deps)),
    refund: async (number, amountMinor) => {
      const invoice = await prisma.invoice.findUnique({ where: { number } })
      if (invoice === null) return decline('NO_SUCH_INVOICE', 'There is no such invoice.')
      return inTurn(invoice.accountId, () => refund(invoice, amountMinor, deps), { evenPending: true })
    },
    advance: (accountId) => turns.take(accountId, () => advance(accountId, deps)),
    told: async (body, signature) => {
      const { key, outcome } = deps.processor.readEvent(body, signature)
      const payment = await prisma.payment.findUnique({ where: { id: key } })
      if (payment !== null) await turns.take(payment.accountId, () => recordOutcome(key, outcome, deps))
    },
    invoices: (accountId, first) => prisma.invoice.findMany({ where: { accountId }, orderBy: { number: 'desc' }, take: first }),
  }
}

const subscribe = async (wanted: SubscribeWanted, deps: BillingDeps): Doing => {
  const held = await deps.prisma.subscription.findUnique({ where: { accountId: wanted.accountId } })
  if (held === null || held.state === 'ended') {
    const declined = await begin(wanted, deps)
    return declined ?? paidOr(wanted.accountId, deps)
  }
  if (held.state === 'canceled' && held.planId === wanted.planId) return resume(wanted.accountId, deps)
  if (held.state === 'pastDue' && wanted.method !== null) return payDue(wanted.accountId, wanted.method, deps)
  return (await change(wanted, deps)) ?? paidOr(wanted.accountId, deps)
}

/** Has what is past due paid with another card, now. */
const payDue = async (accountId: string, paymentMethod: string, deps: BillingDeps): Doing => {
  const { prisma, clock } = deps
  await prisma.subscription.updateMany({ where: { accountId, state: 'pastDue' }, data: { paymentMethod, dueAt: clock() } })
  await advance(accountId, deps)
  const { state } = await prisma.subscription.findUniqueOrThrow({ where: { accountId } })
  return state === 'active'
    ? null
    : ((await paidOr(accountId, deps)) ?? decline('PAYMENT_DECLINED', 'The payment was declined. Try another card.'))
}

/** Has the charge made that was begun; why it could not be. */
const paidOr = async (accountId: string, deps: BillingDeps): Doing => {
  const begun = await pendingCharge(accountId, deps.prisma)
  if (begun === null) return null
  await settle(accountId, deps)
  const { state, actionUrl, reason } = await deps.prisma.payment.findUniqueOrThrow({ where: { id: begun.id } })
  if (state === 'succeeded') return null
  if (state === 'failed') return decline('PAYMENT_DECLINED', `The payment was declined${reason ? `: ${reason}` : ''}. Try another card.`)
  if (actionUrl === null) return decline('PAYMENT_PENDING', 'The payment is not finished yet. It is looked at again by itself.')
  return { ...decline('PAYMENT_ACTION', 'Your bank wants you to confirm the payment.'), actionUrl }
}

/** NOTE: what is to be given back is set aside before the processor is asked, so that no more is given back than was paid. */
const refund = (invoice: Invoice, amountMinor: number, { prisma, clock }: BillingDeps): Doing =>
  inAccount(prisma, invoice.accountId, async (tx) => {
    const charge = await tx.payment.findFirst({ where: { invoiceId: invoice.id, kind: 'charge', state: 'succeeded' } })
    const { refundedMinor } = await tx.invoice.findUniqueOrThrow({ where: { id: invoice.id } })
    if (charge === null || amountMinor <= 0 || refundedMinor + amountMinor > charge.amountMinor)
      return decline('WRONG_STATE', 'So much was not paid for this invoice, or was given back already.')
    await tx.invoice.update({ where: { id: invoice.id }, data: { refundedMinor: { increment: amountMinor } } })
    const id = `${invoice.id}:refund:${await tx.payment.count({ where: { invoiceId: invoice.id } })}`
    const about = { invoiceId: invoice.id, accountId: invoice.accountId, kind: 'refund', method: charge.id }
    await tx.payment.create({ data: { id, ...about, amountMinor, state: 'pending', createdAt: clock() } })
    return null
  })
