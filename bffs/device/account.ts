import { CinegraphError } from '#platform/errors/errors.ts'
import { dataOrThrow, operation } from '#platform/graphql/operation.ts'
import { signedIn } from './context.ts'
import type {
  AccountQuery,
  AccountQueryVariables,
  CancelSubscriptionMutation,
  CancelSubscriptionMutationVariables,
  DeleteAccountMutation,
  DeleteAccountMutationVariables,
  KeepAccountMutation,
  KeepAccountMutationVariables,
  PlansQuery,
  PlansQueryVariables,
  SubscribeMutation,
  SubscribeMutationVariables,
} from './operations.generated.ts'
import { presentProfile, presentRefusal } from './present-account.ts'
import { type ProfileMutation, profileMutations } from './profiles.ts'
import type { MutationResolvers, QueryResolvers } from './schema.generated.ts'

const here = import.meta.url
const account = operation<AccountQuery, AccountQueryVariables>('./operations/account.graphql', here)
const plans = operation<PlansQuery, PlansQueryVariables>('./operations/plans.graphql', here)
const subscribe = operation<SubscribeMutation, SubscribeMutationVariables>('./operations/subscribe.graphql', here)
const cancel = operation<CancelSubscriptionMutation, CancelSubscriptionMutationVariables>('./operations/cancelSubscription.graphql', here)

const deleteAccount = operation<DeleteAccountMutation, DeleteAccountMutationVariables>('./operations/deleteAccount.graphql', here)
const keepAccount = operation<KeepAccountMutation, KeepAccountMutationVariables>('./operations/keepAccount.graphql', here)

const presentMembership = (result: SubscribeMutation['subscribe']) => (result.__typename === 'Membership' ? result : presentRefusal(result))

/** The account of a member and what can be subscribed to, the same on every device. */
export const accountQueries: Pick<QueryResolvers, 'account' | 'plans'> = {
  account: async (_parent, _args, context) => {
    const { me } = dataOrThrow(await signedIn(context).ask(account, {}))
    // NOTE: an account can be deleted while its access token is still valid.
    if (me === null) throw new CinegraphError('UNAUTHENTICATED')
    return {
      email: me.email,
      profiles: me.profiles.map(presentProfile),
      hasPin: me.hasPin,
      deleteAt: me.deleteAt,
      membership: me.subscription,
    }
  },
  plans: async (_parent, _args, { ask }) => dataOrThrow(await ask(plans, {})).plans,
}

/** Profiles and subscriptions of the account that is signed in, the same on every device. */
export const accountMutations: Pick<
  MutationResolvers,
  'subscribe' | 'cancelSubscription' | 'deleteAccount' | 'keepAccount' | ProfileMutation
> = {
  ...profileMutations,
  deleteAccount: async (_parent, { password }, context) => {
    const result = dataOrThrow(await signedIn(context).ask(deleteAccount, { password })).deleteAccount
    return result.__typename === 'AccountDeletion' ? result : presentRefusal(result)
  },
  keepAccount: async (_parent, _args, context) => dataOrThrow(await signedIn(context).ask(keepAccount, {})).keepAccount,
  subscribe: async (_parent, { planId }, context) =>
    presentMembership(dataOrThrow(await signedIn(context).ask(subscribe, { planId })).subscribe),
  cancelSubscription: async (_parent, _args, context) =>
    presentMembership(dataOrThrow(await signedIn(context).ask(cancel, {})).cancelSubscription),
}
