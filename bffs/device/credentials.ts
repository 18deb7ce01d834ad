import { dataOrThrow, operation } from '#platform/graphql/operation.ts'
import type {
  ConfirmSignUpMutation,
  ConfirmSignUpMutationVariables,
  ResetPasswordMutation,
  ResetPasswordMutationVariables,
  SignUpMutation,
  SignUpMutationVariables,
  StartPasswordResetMutation,
  StartPasswordResetMutationVariables,
} from './operations.generated.ts'
import { presentRefusal } from './present-account.ts'
import type { MutationResolvers } from './schema.generated.ts'
import { presentSession } from './session.ts'

const here = import.meta.url
const signUp = operation<SignUpMutation, SignUpMutationVariables>('./operations/signUp.graphql', here)
const confirmSignUp = operation<ConfirmSignUpMutation, ConfirmSignUpMutationVariables>('./operations/confirmSignUp.graphql', here)
const startReset = operation<StartPasswordResetMutation, StartPasswordResetMutationVariables>(
  './operations/startPasswordReset.graphql',
  here,
)
const resetPassword = operation<ResetPasswordMutation, ResetPasswordMutationVariables>('./operations/resetPassword.graphql', here)

type CredentialMutation = 'signUp' | 'confirmSignUp' | 'startPasswordReset' | 'resetPassword'

/** Signing up and a password that was forgotten, the same on every device. */
export const credentialMutations = (device: ConfirmSignUpMutationVariables['device']): Pick<MutationResolvers, CredentialMutation> => ({
  signUp: async (_parent, { input }, { ask }) => {
    const result = dataOrThrow(await ask(signUp, { input })).signUp
    return result.__typename === 'SignUpStarted' ? result : presentRefusal(result)
  },
  confirmSignUp: async (_parent, variables, { ask }) =>
    presentSession(dataOrThrow(await ask(confirmSignUp, { ...variables, device })).confirmSignUp),
  startPasswordReset: async (_parent, variables, { ask }) => {
    const result = dataOrThrow(await ask(startReset, { ...variables })).startPasswordReset
    return result.__typename === 'MailSent' ? result : presentRefusal(result)
  },
  resetPassword: async (_parent, variables, { ask }) => {
    const result = dataOrThrow(await ask(resetPassword, { ...variables })).resetPassword
    return result.__typename === 'EndedSessions' ? result : presentRefusal(result)
  },
})
