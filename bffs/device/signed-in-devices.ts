import { CinegraphError } from '#platform/errors/errors.ts'
import { dataOrThrow, operation } from '#platform/graphql/operation.ts'
import { signedIn } from './context.ts'
import type {
  ChangePasswordMutation,
  ChangePasswordMutationVariables,
  EndSessionMutation,
  EndSessionMutationVariables,
  EndSessionsMutation,
  EndSessionsMutationVariables,
  SessionsQuery,
  SessionsQueryVariables,
} from './operations.generated.ts'
import { presentRefusal } from './present-account.ts'
import type { MutationResolvers, QueryResolvers } from './schema.generated.ts'

const here = import.meta.url
const sessionsQuery = operation<SessionsQuery, SessionsQueryVariables>('./operations/sessions.graphql', here)
const endSession = operation<EndSessionMutation, EndSessionMutationVariables>('./operations/endSession.graphql', here)
const endSessions = operation<EndSessionsMutation, EndSessionsMutationVariables>('./operations/endSessions.graphql', here)
const changePassword = operation<ChangePasswordMutation, ChangePasswordMutationVariables>('./operations/changePassword.graphql', here)

const present = (result: EndSessionMutation['endSession']) => (result.__typename === 'EndedSessions' ? result : presentRefusal(result))

/** Where the account is signed in, the same on every device. */
export const sessions: QueryResolvers['sessions'] = async (_parent, _args, context) => {
  const { me } = dataOrThrow(await signedIn(context).ask(sessionsQuery, {}))
  if (me === null) throw new CinegraphError('UNAUTHENTICATED')
  return me.sessions
}

/** Ending sessions of the account that is signed in, the same on every device. */
export const endingMutations: Pick<MutationResolvers, 'endSession' | 'endSessions' | 'changePassword'> = {
  endSession: async (_parent, variables, context) =>
    present(dataOrThrow(await signedIn(context).ask(endSession, { ...variables })).endSession),
  endSessions: async (_parent, variables, context) =>
    present(dataOrThrow(await signedIn(context).ask(endSessions, { ...variables })).endSessions),
  changePassword: async (_parent, variables, context) =>
    present(dataOrThrow(await signedIn(context).ask(changePassword, { ...variables })).changePassword),
}
