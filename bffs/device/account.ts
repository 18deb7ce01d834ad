import { CinegraphError } from '#platform/errors/errors.ts'
import { dataOrThrow, operation } from '#platform/graphql/operation.ts'
import { signedIn } from './context.ts'
import type {
  AccountQuery,
  AccountQueryVariables,
  DeleteAccountMutation,
  DeleteAccountMutationVariables,
  KeepAccountMutation,
  KeepAccountMutationVariables,
  PlansQuery,
  PlansQueryVariables,
} from './operations.generated.ts'
import { presentProfile, presentRefusal } from './present-account.ts'
import { type ProfileMutation, profileMutations } from './profiles.ts'
import type { MutationResolvers, QueryResolvers } from './schema.generated.ts'
import { invoices, planChange, type SubscriptionMutation, subscriptionMutations } from './subscription.ts'

const here = import.meta.url
const account = operation<AccountQuery, AccountQueryVariables>('./operations/account.graphql', here)
const plans = operation<PlansQuery, PlansQueryVariables>('./operations/plans.graphql', here)
const deleteAccount = operation<DeleteAccountMutation, DeleteAccountMutationVariables>('./operations/deleteAccount.graphql', here)
const keepAccount = operation<KeepAccountMutation, KeepAccountMutationVariables>('./operations/keepAccount.graphql', here)

/** The account of a member and what can be subscribed to, the same on every device. */
export const accountQueries: Pick<QueryResolvers, 'account' | 'plans' | 'planChange' | 'invoices'> = {
  planChange,
  invoices,
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
export const accountMutations: Pick<MutationResolvers, SubscriptionMutation | 'deleteAccount' | 'keepAccount' | ProfileMutation> = {
  ...profileMutations,
  ...subscriptionMutations,
  deleteAccount: async (_parent, { password }, context) => {
    const result = dataOrThrow(await signedIn(context).ask(deleteAccount, { password })).deleteAccount
    return result.__typename === 'AccountDeletion' ? result : presentRefusal(result)
  },
  keepAccount: async (_parent, _args, context) => dataOrThrow(await signedIn(context).ask(keepAccount, {})).keepAccount,
}
