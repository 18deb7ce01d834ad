import type { Caller } from '#platform/contracts/viewer.ts'
import { CinegraphError } from '#platform/errors/errors.ts'
import { pageSize } from '#platform/graphql/page-size.ts'
import type { Declined } from './billing/deps.ts'
import { mayWatch } from './billing/machine.ts'
import type { AccountDeps } from './deps.ts'
import { isKids, kidsMayNot } from './pin.ts'
import { notSignedIn, refuse } from './refusal.ts'
import type { AccountResolvers, InvoiceState, MembershipState, QueryResolvers, Resolvers } from './schema.generated.ts'
import type { Subscription } from './store.ts'

type Mutations = Resolvers['Mutation'] & object
type SubscriptionMutation =
  | 'subscribe'
  | 'cancelSubscription'
  | 'pauseSubscription'
  | 'resumeSubscription'
  | 'refundInvoice'
  | 'recordPaymentEvent'

const refusalOf = ({ declined, message, actionUrl }: Declined) => ({ ...refuse(declined, message), actionUrl: actionUrl ?? null })

/** Whether films may be played now; a period that was canceled is over when it is over, whoever has noticed. */
export const isActive = ({ state, periodEnd }: Pick<Subscription, 'state' | 'periodEnd'>, now: Date): boolean =>
  mayWatch(state) && (state !== 'canceled' || periodEnd > now)

/** What a member does with the account's subscription; a profile for children does nothing. */
const changing = async ({ viewer }: Caller, deps: AccountDeps, work: (accountId: string) => Promise<Declined | null>) => {
  // NOTE: an account can be deleted while its access token is still valid.
  if (viewer === null || (await deps.accounts.accounts([viewer.accountId])).length === 0) return notSignedIn
  if (await isKids(viewer, deps)) return kidsMayNot
  const declined = await work(viewer.accountId)
  if (declined !== null) return refusalOf(declined)
  const [account] = await deps.accounts.accounts([viewer.accountId])
  return account?.subscription == null ? notSignedIn : { __typename: 'Membership' as const, ...account.subscription }
}

export const subscriptionMutations = (deps: AccountDeps): Pick<Mutations, SubscriptionMutation> => {
  const { billing } = deps
  return {
    subscribe: (_parent, { planId, paymentMethod = null, expectedMinor = null }, { caller }) =>
      changing(caller, deps, (accountId) =>
        billing.subscribe({ accountId, planId, method: paymentMethod, expectedMinor, country: caller.region }),
      ),
    cancelSubscription: (_parent, _args, { caller }) => changing(caller, deps, billing.cancel),
    pauseSubscription: (_parent, _args, { caller }) => changing(caller, deps, billing.pause),
    resumeSubscription: (_parent, _args, { caller }) => changing(caller, deps, billing.resume),
    refundInvoice: async (_parent, { number, amountMinor }, { caller: { viewer } }) => {
      if (viewer?.operator !== true) throw new CinegraphError('FORBIDDEN')
      const declined = await billing.refund(number, amountMinor)
      return declined === null ? { __typename: 'Refund', number, amountMinor } : refusalOf(declined)
    },
    recordPaymentEvent: async (_parent, { body, signature }) => {
      await billing.told(body, signature)
      return true
    },
  }
}

export const planChange =
  (deps: AccountDeps): NonNullable<QueryResolvers['planChange']> =>
  async (_parent, { planId }, { caller }) => {
    const { viewer } = caller
    if (viewer === null) return notSignedIn
    const found = await deps.billing.preview(viewer.accountId, planId)
    return 'declined' in found ? refusalOf(found) : { __typename: 'PlanChange', ...found, currency: found.plan.currency }
  }

const states: Readonly<Record<Subscription['state'], MembershipState>> = {
  pending: 'PENDING',
  trial: 'TRIAL',
  active: 'ACTIVE',
  pastDue: 'PAST_DUE',
  paused: 'PAUSED',
  canceled: 'CANCELED',
  ended: 'ENDED',
}
const invoiceStates: Readonly<Record<string, InvoiceState>> = { open: 'OPEN', paid: 'PAID', void: 'VOID' }

export const membershipType = ({ clock }: Pick<AccountDeps, 'clock'>): Resolvers['Membership'] & object => ({
  active: (subscription) => isActive(subscription, clock()),
  state: ({ state }) => states[state],
})

export const invoiceType: Resolvers['Invoice'] & object = {
  state: ({ state }) => invoiceStates[state] ?? 'VOID',
  lines: ({ lines }) => lines as { text: string; amountMinor: number }[],
}

export const invoicesOf =
  (deps: AccountDeps): NonNullable<AccountResolvers['invoices']> =>
  async ({ id }, { first }, { caller: { viewer } }) => {
    const size = pageSize('first', first, 100)
    return viewer === null || (await isKids(viewer, deps)) ? [] : [...(await deps.billing.invoices(id, size))]
  }
