import type { Transaction } from '#platform/postgres/database.ts'
import { inAccount } from './account-lock.ts'
import { periodKeyOf } from './advance.ts'
import { issue } from './books.ts'
import { type BillingDeps, type Declined, decline, type Plan, type Subscription } from './deps.ts'
import { nextState, type State } from './machine.ts'
import { tellPaidByCredit, tellStarted } from './mails.ts'
import { daysAfter, monthsAfter } from './periods.ts'
import { whilePending } from './settle.ts'

export type Wanted = {
  readonly accountId: string
  readonly planId: string
  /** The card, as the processor names it; the one that is known when it is not given. */
  readonly method: string | null
  readonly country: string
}

/** Begins a subscription: with the plan's trial for who has had none before, otherwise with a payment, and `pending` until that is made. */
export const begin = (wanted: Wanted, deps: BillingDeps): Promise<Declined | null> =>
  inAccount(deps.prisma, wanted.accountId, async (tx, email) => {
    const pending = await whilePending(wanted.accountId, tx)
    if (pending !== null) return pending
    const plan = await tx.plan.findUnique({ where: { id: wanted.planId } })
    if (plan === null) return decline('NO_SUCH_PLAN', 'There is no such plan.')
    const before = await tx.subscription.findUnique({ where: { accountId: wanted.accountId } })
    const isTrial = plan.trialDays > 0 && before === null
    const state = nextState(before?.state ?? 'ended', isTrial ? 'try' : 'begin')
    if (state === null) return decline('WRONG_STATE', 'There is a subscription already.')
    const subscription = await write(tx, { wanted, plan, before, state, now: deps.clock() })
    const to = { accountId: wanted.accountId, email, plan }
    if (isTrial) await tellStarted(tx, to, subscription.startedAt)
    else await firstInvoice(tx, { to, plan, subscription })
    return null
  })

type New = {
  readonly wanted: Wanted
  readonly plan: Plan
  readonly before: Subscription | null
  readonly state: State
  readonly now: Date
}

const write = async (tx: Transaction, { wanted, plan, before, state, now }: New): Promise<Subscription> => {
  const { accountId, country, method } = wanted
  const timeZone = before?.timeZone ?? 'UTC'
  const isTrial = state === 'trial'
  const periodEnd = isTrial ? daysAfter(now, plan.trialDays) : monthsAfter(now, 1, timeZone)
  const data = {
    planId: plan.id,
    state,
    startedAt: now,
    periodStart: now,
    periodEnd,
    anchorAt: isTrial ? periodEnd : now,
    periods: isTrial ? 0 : 1,
    pausedAt: null,
    dueAt: isTrial ? periodEnd : now,
    tries: 0,
    generation: (before?.generation ?? 0) + 1,
    paymentMethod: method ?? before?.paymentMethod ?? 'sim-ok',
    country,
    timeZone,
  }
  return tx.subscription.upsert({ where: { accountId }, create: { accountId, ...data }, update: data })
}

type First = { readonly to: Parameters<typeof tellStarted>[1]; readonly plan: Plan; readonly subscription: Subscription }

/** NOTE: what is owed to a member from before may pay all of it; then there is no payment to wait for. */
const firstInvoice = async (tx: Transaction, { to, plan, subscription }: First): Promise<void> => {
  const { accountId, periodStart, periodEnd } = subscription
  const invoice = await issue(tx, {
    kind: 'first',
    subscription,
    plan,
    periodKey: periodKeyOf(subscription, periodStart),
    periodStart,
    periodEnd,
    lines: [{ text: plan.name, amountMinor: plan.priceCents }],
    now: periodStart,
  })
  if (invoice.state !== 'paid') return
  await tx.subscription.update({ where: { accountId }, data: { state: 'active', dueAt: periodEnd } })
  await tellStarted(tx, to, subscription.startedAt)
  await tellPaidByCredit(tx, to, { invoice, at: periodStart })
}
