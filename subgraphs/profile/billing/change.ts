import { inAccount } from './account-lock.ts'
import { creditOf, issue } from './books.ts'
import { type BillingDeps, type Declined, decline, type Held, isDeclined, type Plan } from './deps.ts'
import { nextState } from './machine.ts'
import { tellPaidByCredit } from './mails.ts'
import { type Proration, prorate } from './money.ts'
import { daysLeft } from './periods.ts'
import { whilePending } from './settle.ts'

export type Change = Proration & {
  readonly plan: Plan
  /** What is to be paid now, after what is owed to the member. */
  readonly dueMinor: number
  readonly daysLeft: number
  /** When the new price is first paid in full. */
  readonly nextChargeAt: Date
}
type Finding = Pick<BillingDeps['prisma'], 'subscription' | 'plan' | 'ledgerEntry'>

/** What a change to another plan would cost now, or why it cannot be made. */
export const previewChange = async (
  db: Finding,
  accountId: string,
  wanted: { readonly planId: string; readonly now: Date },
): Promise<Change | Declined> => {
  const plan = await db.plan.findUnique({ where: { id: wanted.planId } })
  if (plan === null) return decline('NO_SUCH_PLAN', 'There is no such plan.')
  const held: Held | null = await db.subscription.findUnique({ where: { accountId }, include: { plan: true } })
  if (held === null || held.state === 'ended') return decline('NO_SUBSCRIPTION', 'There is no subscription to change.')
  if (nextState(held.state, 'change') === null)
    return decline('WRONG_STATE', 'The plan can be changed while the subscription is active. Resume it or pay what is due first.')
  if (plan.currency !== held.plan.currency) return decline('WRONG_STATE', 'The plan is sold in another currency.')
  // NOTE: a day on which the dearer plan was held is paid as one, or who changes to and fro within a day has it for nothing.
  const days = daysLeft(held, wanted.now, { withBegun: plan.priceCents > held.plan.priceCents })
  const amounts =
    held.state === 'trial' || plan.id === held.planId
      ? { chargeMinor: 0, creditMinor: 0, totalMinor: 0 }
      : prorate({ fromMinor: held.plan.priceCents, toMinor: plan.priceCents }, days)
  const owed = await creditOf(db, accountId, plan.currency)
  return { ...amounts, plan, dueMinor: Math.max(0, amounts.totalMinor - owed), daysLeft: days.left, nextChargeAt: held.periodEnd }
}

export type ChangeWanted = {
  readonly accountId: string
  readonly planId: string
  readonly method: string | null
  /** What the member was shown; a change that costs anything else is refused. */
  readonly expectedMinor: number | null
}

/** Changes the plan at once; where something is to be paid, as soon as it is. */
export const change = async ({ accountId, planId, method, expectedMinor }: ChangeWanted, deps: BillingDeps): Promise<Declined | null> =>
  inAccount(deps.prisma, accountId, async (tx, email) => {
    const now = deps.clock()
    const pending = await whilePending(accountId, tx)
    if (pending !== null) return pending
    const found = await previewChange(tx, accountId, { planId, now })
    if (isDeclined(found)) return found
    if (expectedMinor !== null && expectedMinor !== found.totalMinor)
      return decline('PRICE_CHANGED', 'The price of the change is another by now. Look at it again.')
    const present = await tx.subscription.findUniqueOrThrow({ where: { accountId }, include: { plan: true } })
    if (present.planId === planId) return null
    const held = { ...present, paymentMethod: method ?? present.paymentMethod }
    if (found.totalMinor !== 0) {
      const { plan, chargeMinor, creditMinor } = found
      const lines = [
        { text: `${plan.name} for ${found.daysLeft} days`, amountMinor: chargeMinor },
        { text: `${held.plan.name} not used for ${found.daysLeft} days`, amountMinor: 0 - creditMinor },
      ]
      const { periodStart, periodEnd } = held
      const invoice = await issue(tx, { kind: 'change', subscription: held, plan, periodKey: null, periodStart, periodEnd, lines, now })
      if (invoice.state === 'open') return null
      if (invoice.totalMinor > 0) await tellPaidByCredit(tx, { accountId, email, plan }, { invoice, at: now })
    }
    await tx.subscription.update({ where: { accountId }, data: { planId } })
    return null
  })
