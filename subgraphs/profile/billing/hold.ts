import type { Transaction } from '#platform/postgres/database.ts'
import { inAccount } from './account-lock.ts'
import { issue, voidInvoice } from './books.ts'
import { type BillingDeps, type Declined, decline, type Held } from './deps.ts'
import { nextState } from './machine.ts'
import { prorate } from './money.ts'
import { daysLeft } from './periods.ts'

type Doing = { readonly tx: Transaction; readonly held: Held; readonly now: Date }
type Change = { readonly happening: 'pause' | 'resume' | 'cancel'; readonly dataOf: (doing: Doing) => Promise<object> }

const refusals = {
  pause: 'Only an active subscription can be paused.',
  resume: 'Only a subscription that is paused or canceled can be resumed.',
  cancel: 'This subscription has been canceled already.',
} as const

const apply = (accountId: string, { happening, dataOf }: Change, deps: BillingDeps): Promise<Declined | null> =>
  inAccount(deps.prisma, accountId, async (tx) => {
    const held = await tx.subscription.findUnique({ where: { accountId }, include: { plan: true } })
    if (held === null || held.state === 'ended') return decline('NO_SUBSCRIPTION', 'There is no subscription.')
    const state = nextState(held.state, happening)
    if (state === null) return decline('WRONG_STATE', refusals[happening])
    const data = await dataOf({ tx, held, now: deps.clock() })
    await tx.subscription.update({ where: { accountId }, data: { state, ...data } })
    return null
  })

/** Stops a subscription for a while; what is left of its period is kept. */
export const pause = (accountId: string, deps: BillingDeps): Promise<Declined | null> =>
  apply(accountId, { happening: 'pause', dataOf: async ({ now }) => ({ pausedAt: now, dueAt: null }) }, deps)

/** Goes on with what was paused, for as long as was left, or takes a cancellation back. */
export const resume = (accountId: string, deps: BillingDeps): Promise<Declined | null> =>
  apply(accountId, { happening: 'resume', dataOf: resumed }, deps)

const resumed = async ({ held, now }: Doing): Promise<object> => {
  if (held.pausedAt === null) return { dueAt: held.periodEnd }
  const pausedMs = now.getTime() - held.pausedAt.getTime()
  const later = (at: Date): Date => new Date(at.getTime() + pausedMs)
  const periodEnd = later(held.periodEnd)
  return { pausedAt: null, periodStart: later(held.periodStart), periodEnd, anchorAt: periodEnd, periods: 0, dueAt: periodEnd }
}

/** Ends a subscription with its period; at once what is not paid, or paused, whose rest is owed to the member. */
export const cancel = (accountId: string, deps: BillingDeps): Promise<Declined | null> =>
  apply(accountId, { happening: 'cancel', dataOf: canceled }, deps)

const canceled = async ({ tx, held, now }: Doing): Promise<object> => {
  const { accountId, state, plan, pausedAt, periodStart, periodEnd } = held
  if (state === 'trial' || state === 'active') return { dueAt: periodEnd }
  for (const invoice of await tx.invoice.findMany({ where: { accountId, state: 'open' } })) await voidInvoice(tx, invoice, now)
  const days = daysLeft(held, pausedAt ?? periodEnd)
  const { totalMinor: amountMinor } = prorate({ fromMinor: plan.priceCents, toMinor: 0 }, days)
  if (amountMinor < 0) {
    const lines = [{ text: `${plan.name} not used for ${days.left} days`, amountMinor }]
    await issue(tx, { kind: 'change', subscription: held, plan, periodKey: null, periodStart, periodEnd, lines, now })
  }
  return { dueAt: null, pausedAt: null }
}
