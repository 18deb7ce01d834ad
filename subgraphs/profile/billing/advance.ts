import type { Transaction } from '#platform/postgres/database.ts'
import { inAccount } from './account-lock.ts'
import { issue, tryPayment, voidInvoice } from './books.ts'
import type { BillingDeps, Held, Subscription } from './deps.ts'
import { nextState } from './machine.ts'
import { tellPaidByCredit } from './mails.ts'
import { daysAfter, monthsAfter } from './periods.ts'
import { settle } from './settle.ts'

type Step = { readonly tx: Transaction; readonly email: string; readonly held: Held; readonly now: Date; readonly dunning: number }

/** A payment that is not settled is asked for again after so long. */
const againDays = 10 / (24 * 60)
/** Periods and tries that are made up for at once, after which others have their turn. */
const stepsMax = 200

/**
 * Brings a subscription to the present: renewals that are due, each once and in their order, further tries of declined payments, ends.
 * Whatever it is interrupted by, the next call goes on where it was.
 */
export const advance = async (accountId: string, deps: BillingDeps): Promise<void> => {
  await settle(accountId, deps)
  for (let steps = 0; steps < stepsMax; steps += 1) {
    const hasMoved = await inAccount(deps.prisma, accountId, async (tx, email) => {
      const held = await tx.subscription.findUnique({ where: { accountId }, include: { plan: true } })
      if (held === null || held.dueAt === null || held.dueAt > deps.clock()) return false
      return step({ tx, email, held, now: deps.clock(), dunning: deps.dunningDays.length })
    })
    if (hasMoved !== true) return
    await settle(accountId, deps)
  }
}

const step = async (doing: Step): Promise<boolean> => {
  const { tx, held, now } = doing
  const { accountId, periodEnd } = held
  if ((await tx.payment.count({ where: { accountId, kind: 'charge', state: 'pending' } })) > 0) {
    await tx.subscription.update({ where: { accountId }, data: { dueAt: daysAfter(now, againDays) } })
    return false
  }
  if (held.state === 'pastDue') return tryAgain(doing)
  if (periodEnd > now) {
    await tx.subscription.update({ where: { accountId }, data: { dueAt: periodEnd } })
    return false
  }
  return held.state === 'canceled' ? end(doing, 'periodOver') : renew(doing)
}

/** The period that follows, with its invoice. NOTE: its key is of the period, so that the books refuse a second one. */
const renew = async ({ tx, email, held, now }: Step): Promise<boolean> => {
  const { accountId, plan, periodEnd: periodStart } = held
  const state = nextState(held.state, 'renew')
  if (state === null) return false
  const periodEnd = monthsAfter(held.anchorAt, held.periods + 1, held.timeZone)
  const period = { periodStart, periodEnd }
  const data = { ...period, state, periods: { increment: 1 }, tries: 0 }
  const invoice = await issue(tx, {
    kind: 'period',
    subscription: held,
    plan,
    periodKey: periodKeyOf(held, periodStart),
    ...period,
    lines: [{ text: plan.name, amountMinor: plan.priceCents }],
    now,
  })
  const isPaid = invoice.state === 'paid'
  await tx.subscription.update({ where: { accountId }, data: { ...data, dueAt: isPaid ? periodEnd : daysAfter(now, againDays) } })
  if (isPaid) await tellPaidByCredit(tx, { accountId, email, plan }, { invoice, at: now })
  return true
}

export const periodKeyOf = ({ accountId, generation }: Pick<Subscription, 'accountId' | 'generation'>, start: Date): string =>
  `${accountId}:${generation}:${start.toISOString()}`

/** `tries` counts the declined ones; as many more are made as the schedule has, then it is given up. */
const tryAgain = async (doing: Step): Promise<boolean> => {
  const { tx, held, now } = doing
  const invoice = await tx.invoice.findFirst({ where: { accountId: held.accountId, state: 'open' }, orderBy: { number: 'desc' } })
  if (invoice === null || held.tries > doing.dunning) return end(doing, 'giveUp')
  await tryPayment(tx, invoice, { method: held.paymentMethod, at: now })
  return true
}

/** The end of a subscription; what is still open of it is not to be paid any more. */
const end = async ({ tx, held, now }: Step, happening: 'periodOver' | 'giveUp'): Promise<boolean> => {
  const { accountId } = held
  const state = nextState(held.state, happening)
  if (state === null) return false
  for (const invoice of await tx.invoice.findMany({ where: { accountId, state: 'open' } })) await voidInvoice(tx, invoice, now)
  await tx.subscription.update({ where: { accountId }, data: { state, dueAt: null } })
  return true
}
