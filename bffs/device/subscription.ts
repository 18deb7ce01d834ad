import { CinegraphError } from '#platform/errors/errors.ts'
import { dataOrThrow, operation } from '#platform/graphql/operation.ts'
import { signedIn } from './context.ts'
import type {
  CancelSubscriptionMutation,
  CancelSubscriptionMutationVariables,
  InvoicesQuery,
  InvoicesQueryVariables,
  PauseSubscriptionMutation,
  PauseSubscriptionMutationVariables,
  PlanChangeQuery,
  PlanChangeQueryVariables,
  ResumeSubscriptionMutation,
  ResumeSubscriptionMutationVariables,
  SubscribeMutation,
  SubscribeMutationVariables,
} from './operations.generated.ts'
import { presentRefusal } from './present-account.ts'
import type { MutationResolvers, QueryResolvers } from './schema.generated.ts'

const here = import.meta.url
const subscribe = operation<SubscribeMutation, SubscribeMutationVariables>('./operations/subscribe.graphql', here)
const cancel = operation<CancelSubscriptionMutation, CancelSubscriptionMutationVariables>('./operations/cancelSubscription.graphql', here)
const pause = operation<PauseSubscriptionMutation, PauseSubscriptionMutationVariables>('./operations/pauseSubscription.graphql', here)
const resume = operation<ResumeSubscriptionMutation, ResumeSubscriptionMutationVariables>('./operations/resumeSubscription.graphql', here)
const changeQuery = operation<PlanChangeQuery, PlanChangeQueryVariables>('./operations/planChange.graphql', here)
const invoicesQuery = operation<InvoicesQuery, InvoicesQueryVariables>('./operations/invoices.graphql', here)

const present = (result: SubscribeMutation['subscribe']) => (result.__typename === 'Membership' ? result : presentRefusal(result))

export const planChange: NonNullable<QueryResolvers['planChange']> = async (_parent, variables, context) => {
  const result = dataOrThrow(await signedIn(context).ask(changeQuery, { ...variables })).planChange
  return result.__typename === 'PlanChange' ? result : presentRefusal(result)
}

export const invoices: NonNullable<QueryResolvers['invoices']> = async (_parent, variables, context) => {
  const { me } = dataOrThrow(await signedIn(context).ask(invoicesQuery, { ...variables }))
  if (me === null) throw new CinegraphError('UNAUTHENTICATED')
  return me.invoices
}

export type SubscriptionMutation = 'subscribe' | 'cancelSubscription' | 'pauseSubscription' | 'resumeSubscription'

/** The subscription of the account that is signed in, the same on every device. */
export const subscriptionMutations: Pick<MutationResolvers, SubscriptionMutation> = {
  subscribe: async (_parent, variables, context) =>
    present(dataOrThrow(await signedIn(context).ask(subscribe, { ...variables })).subscribe),
  cancelSubscription: async (_parent, _args, context) => present(dataOrThrow(await signedIn(context).ask(cancel, {})).cancelSubscription),
  pauseSubscription: async (_parent, _args, context) => present(dataOrThrow(await signedIn(context).ask(pause, {})).pauseSubscription),
  resumeSubscription: async (_parent, _args, context) => present(dataOrThrow(await signedIn(context).ask(resume, {})).resumeSubscription),
}
