import { dataOrThrow, operation } from '#platform/graphql/operation.ts'
import { signedIn } from './context.ts'
import type {
  RefreshSessionMutation,
  RefreshSessionMutationVariables,
  SignInMutation,
  SignInMutationVariables,
  SignOutMutation,
  SignOutMutationVariables,
  SwitchProfileMutation,
  SwitchProfileMutationVariables,
} from './operations.generated.ts'
import { presentProfile, presentRefusal } from './present-account.ts'
import type { MutationResolvers } from './schema.generated.ts'

const here = import.meta.url
const signIn = operation<SignInMutation, SignInMutationVariables>('./operations/signIn.graphql', here)
const refreshSession = operation<RefreshSessionMutation, RefreshSessionMutationVariables>('./operations/refreshSession.graphql', here)
const switchProfile = operation<SwitchProfileMutation, SwitchProfileMutationVariables>('./operations/switchProfile.graphql', here)
const signOut = operation<SignOutMutation, SignOutMutationVariables>('./operations/signOut.graphql', here)

type Result = SignInMutation['signIn']
type Granted = Extract<Result, { __typename: 'Session' }>

export const presentSession = (result: Result) =>
  result.__typename === 'Session' ? { __typename: 'Session' as const, ...presentGranted(result) } : presentRefusal(result)

const presentGranted = ({ accessToken, expiresInSeconds, refreshToken, profile, account }: Granted) => ({
  accessToken,
  expiresInSeconds,
  refreshToken,
  profile: presentProfile(profile),
  profiles: account.profiles.map(presentProfile),
  subscribed: account.subscription?.active ?? false,
})

type SessionMutation = 'signIn' | 'refreshSession' | 'switchProfile' | 'signOut'

/** Signing in and out, the same on every device. */
export const sessionMutations = (device: SignInMutationVariables['device']): Pick<MutationResolvers, SessionMutation> => ({
  signIn: async (_parent, variables, { ask }) => presentSession(dataOrThrow(await ask(signIn, { ...variables, device })).signIn),
  refreshSession: async (_parent, variables, { ask }) =>
    presentSession(dataOrThrow(await ask(refreshSession, { ...variables })).refreshSession),
  switchProfile: async (_parent, variables, context) =>
    presentSession(dataOrThrow(await signedIn(context).ask(switchProfile, { ...variables })).switchProfile),
  signOut: async (_parent, variables, { ask }) => dataOrThrow(await ask(signOut, { ...variables })).signOut,
})
