import { dataOrThrow, operation } from '#platform/graphql/operation.ts'
import type {
  RefreshSessionMutation,
  RefreshSessionMutationVariables,
  SignInMutation,
  SignInMutationVariables,
  SignOutMutation,
  SignOutMutationVariables,
  SignUpMutation,
  SignUpMutationVariables,
  SwitchProfileMutation,
  SwitchProfileMutationVariables,
} from './operations.generated.ts'
import { type BffContext, signedIn } from './viewer.ts'

const here = import.meta.url
const signIn = operation<SignInMutation, SignInMutationVariables>('./operations/signIn.graphql', here)
const signUp = operation<SignUpMutation, SignUpMutationVariables>('./operations/signUp.graphql', here)
const refreshSession = operation<RefreshSessionMutation, RefreshSessionMutationVariables>('./operations/refreshSession.graphql', here)
const switchProfile = operation<SwitchProfileMutation, SwitchProfileMutationVariables>('./operations/switchProfile.graphql', here)
const signOut = operation<SignOutMutation, SignOutMutationVariables>('./operations/signOut.graphql', here)

type Result = SignInMutation['signIn']
type Granted = Extract<Result, { __typename: 'Session' }>

const presentSession = (result: Result) =>
  result.__typename === 'Session'
    ? { __typename: 'Session' as const, ...presentGranted(result) }
    : { __typename: 'SignInRefusal' as const, code: result.code, message: result.message }

const presentGranted = ({ accessToken, expiresInSeconds, refreshToken, profile, account }: Granted) => ({
  accessToken,
  expiresInSeconds,
  refreshToken,
  profile: presentProfile(profile),
  profiles: account.profiles.map(presentProfile),
  subscribed: account.subscription?.active ?? false,
})

const presentProfile = ({ maturityLimit, ...profile }: Granted['profile']) => ({ ...profile, kids: maturityLimit < 13 })

/** Signing in and out, the same on every device. */
export const sessionMutations = {
  signIn: async (_parent: unknown, variables: SignInMutationVariables, { ask }: BffContext) =>
    presentSession(dataOrThrow(await ask(signIn, { ...variables })).signIn),
  signUp: async (_parent: unknown, variables: SignUpMutationVariables, { ask }: BffContext) =>
    presentSession(dataOrThrow(await ask(signUp, { ...variables })).signUp),
  refreshSession: async (_parent: unknown, variables: RefreshSessionMutationVariables, { ask }: BffContext) =>
    presentSession(dataOrThrow(await ask(refreshSession, { ...variables })).refreshSession),
  switchProfile: async (_parent: unknown, variables: SwitchProfileMutationVariables, context: BffContext) =>
    presentSession(dataOrThrow(await signedIn(context).ask(switchProfile, { ...variables })).switchProfile),
  signOut: async (_parent: unknown, variables: SignOutMutationVariables, { ask }: BffContext) =>
    dataOrThrow(await ask(signOut, { ...variables })).signOut,
}
