import type Provider from 'oidc-provider'
import { EmailAddress } from '#platform/contracts/fields.ts'
import { type Caller, scopesOf } from '#platform/contracts/viewer.ts'
import { CinegraphError } from '#platform/errors/errors.ts'
import type { SubgraphContext } from '#platform/graphql/subgraph.ts'
import { refreshSession, signIn } from './accounts.ts'
import type { AccountDeps } from './deps.ts'
import type { ProfileLoaders } from './loaders.ts'
import { answerSignInCode, signInWithCode, startSignInCode } from './oauth/sign-in-codes.ts'
import { changePassword, resetPassword, startPasswordReset } from './passwords.ts'
import { isKids, setPin } from './pin.ts'
import { createProfile, deleteProfile, switchProfile, updateProfile } from './profiles.ts'
import { notSignedIn, type Refused } from './refusal.ts'
import { deleteAccount } from './removal.ts'
import type { DeviceKind, Resolvers } from './schema.generated.ts'
import { sessionMutations } from './session-resolvers.ts'
import type { Asking } from './sessions.ts'
import { confirmSignUp, signUp } from './sign-up.ts'
import { invoicesOf, invoiceType, membershipType, planChange, subscriptionMutations } from './subscription-resolvers.ts'

export type ProfileContext = SubgraphContext<ProfileLoaders>

const askingOf = ({ deviceId, region, address = '' }: Caller, device: DeviceKind | null = null): Asking => ({
  deviceId,
  region,
  address,
  device,
})
type Named = 'Session' | 'Profile' | 'EndedSessions' | 'AccountDeletion' | 'SignUpStarted' | 'MailSent'
const named = <N extends Named, T extends object>(name: N, result: T | Refused) =>
  '__typename' in result ? result : { __typename: name, ...result }

/** An account, a profile's owner and the profile itself may be read by their account, by support and by operators only. */
const mayRead = ({ caller: { viewer } }: ProfileContext, accountId: string): boolean =>
  viewer !== null && (viewer.accountId === accountId || scopesOf(viewer).some((scope) => scope !== 'member'))

/** Throws FORBIDDEN for a profile for children: what is personal to the account is not theirs to read. */
const notForKids = async ({ caller: { viewer }, loaders }: ProfileContext): Promise<void> => {
  if (viewer !== null && (await loaders.profiles.load(viewer.profileId))?.kids !== false) throw new CinegraphError('FORBIDDEN')
}

export const resolvers = (deps: AccountDeps, codes: Codes): Resolvers => ({
  Query: queries(deps),
  Mutation: { ...mutations(deps), ...codeMutations(deps, codes) },
  ...types(deps),
})

/** Where codes of devices are kept. */
export type Codes = () => Provider

type CodeMutation = 'startSignInCode' | 'signInWithCode' | 'answerSignInCode'

const codeMutations = (deps: AccountDeps, codes: Codes): Pick<Resolvers['Mutation'] & object, CodeMutation> => ({
  startSignInCode: () => startSignInCode(codes()),
  signInWithCode: async (_parent, { deviceCode, device }, { caller }) =>
    named('Session', await signInWithCode(deviceCode, askingOf(caller, device), { provider: codes(), deps })),
  answerSignInCode: async (_parent, { userCode, allow }, { caller: { viewer, address = '' } }) =>
    viewer === null ? notSignedIn : named('EndedSessions', await answerSignInCode({ userCode, allow, viewer, address }, codes(), deps)),
})

const queries = (deps: AccountDeps): Resolvers['Query'] & object => ({
  me: (_parent, _args, { caller, loaders }) => (caller.viewer === null ? null : loaders.accounts.load(caller.viewer.accountId)),
  watching: (_parent, _args, { caller, loaders }) => (caller.viewer === null ? null : loaders.profiles.load(caller.viewer.profileId)),
  accountOf: async (_parent, { email }) => {
    const known = EmailAddress.safeParse(email).data
    return known === undefined ? null : ((await deps.accounts.withPassword(known))?.account ?? null)
  },
  plans: () => deps.accounts.plans(),
  planChange: planChange(deps),
})

const mutations = (deps: AccountDeps): Resolvers['Mutation'] & object => ({
  ...signUpMutations(deps),
  signIn: async (_parent, { device, ...credentials }, { caller }) =>
    named('Session', await signIn(credentials, askingOf(caller, device), deps)),
  refreshSession: async (_parent, { refreshToken }) => named('Session', await refreshSession(refreshToken, deps)),
  signOut: (_parent, { refreshToken }) => deps.sessions.endFamily(refreshToken),
  ...sessionMutations(deps),
  ...profileMutations(deps),
  deleteAccount: async (_parent, { password }, { caller: { viewer, address = '' } }) => {
    if (viewer === null) return notSignedIn
    return named('AccountDeletion', await deleteAccount({ viewer, password, address }, deps))
  },
  keepAccount: async (_parent, _args, { caller: { viewer } }) => {
    if (viewer === null || (await isKids(viewer, deps))) return false
    return deps.removals.takeBack(viewer.accountId)
  },
  ...subscriptionMutations(deps),
})

type SignUpMutation = 'signUp' | 'confirmSignUp' | 'startPasswordReset' | 'resetPassword' | 'changePassword'

const signUpMutations = (deps: AccountDeps): Pick<Resolvers['Mutation'] & object, SignUpMutation> => ({
  signUp: async (_parent, { input }, { caller }) => named('SignUpStarted', await signUp(input, askingOf(caller), deps)),
  confirmSignUp: async (_parent, { device, ...shown }, { caller }) =>
    named('Session', await confirmSignUp(shown, askingOf(caller, device), deps)),
  startPasswordReset: async (_parent, { email }, { caller: { address = '' } }) =>
    named('MailSent', await startPasswordReset(email, address, deps)),
  resetPassword: async (_parent, shown, { caller: { address = '' } }) => named('EndedSessions', await resetPassword(shown, address, deps)),
  changePassword: async (_parent, passwords, { caller: { viewer, address = '' } }) =>
    viewer === null ? notSignedIn : named('EndedSessions', await changePassword(passwords, { viewer, address }, deps)),
})

type ProfileMutation = 'switchProfile' | 'createProfile' | 'updateProfile' | 'deleteProfile' | 'setPin'

const profileMutations = (deps: AccountDeps): Pick<Resolvers['Mutation'] & object, ProfileMutation> => {
  const changing = ({ viewer, address = '' }: Caller, pin: string | null | undefined) =>
    viewer === null ? null : { viewer, pin: pin ?? null, address }
  return {
    switchProfile: async (_parent, { profileId, pin }, { caller }) => {
      const who = changing(caller, pin)
      return who === null ? notSignedIn : named('Session', await switchProfile(profileId, { ...who, asking: askingOf(caller) }, deps))
    },
    createProfile: async (_parent, { input, pin }, { caller }) => {
      const who = changing(caller, pin)
      return who === null ? notSignedIn : named('Profile', await createProfile(input, who, deps))
    },
    updateProfile: async (_parent, { pin, ...change }, { caller }) => {
      const who = changing(caller, pin)
      return who === null ? notSignedIn : named('Profile', await updateProfile(change, who, deps))
    },
    deleteProfile: async (_parent, { id, pin }, { caller }) => {
      const who = changing(caller, pin)
      return who === null ? notSignedIn : named('EndedSessions', await deleteProfile(id, who, deps))
    },
    setPin: async (_parent, { profileId = null, pin = null, password }, { caller }) => {
      const who = changing(caller, pin)
      return who === null ? notSignedIn : named('EndedSessions', await setPin({ profileId, pin, password }, who, deps))
    },
  }
}

const types = (deps: AccountDeps): Pick<Resolvers, 'Account' | 'Profile' | 'Plan' | 'SignedInDevice' | 'Membership' | 'Invoice'> => ({
  Membership: membershipType(deps),
  Invoice: invoiceType,
  Account: {
    __resolveReference: ({ id }, context) => (mayRead(context, id) ? context.loaders.accounts.load(id) : null),
    email: async ({ email }, _args, context) => {
      await notForKids(context)
      return email
    },
    hasPin: ({ pinHash }) => pinHash !== null,
    profiles: ({ id }, _args, { loaders }) => loaders.profilesOf.load(id),
    // NOTE: where an account is signed in, and what it pays, concerns no child.
    sessions: async ({ id }, _args, { caller: { viewer } }) =>
      viewer?.accountId === id && (await isKids(viewer, deps)) ? [] : deps.sessions.ofAccount(id),
    invoices: invoicesOf(deps),
  },
  SignedInDevice: {
    seenAt: ({ renewedAt }) => renewedAt,
    current: ({ id }, _args, { caller: { viewer } }) => viewer?.sessionId === id,
  },
  Profile: {
    __resolveReference: async ({ id }, context) => {
      const profile = await context.loaders.profiles.load(id)
      return profile !== null && mayRead(context, profile.accountId) ? profile : null
    },
    hasPin: ({ pinHash }) => pinHash !== null,
    account: async ({ accountId }, _args, { loaders }) => {
      const account = await loaders.accounts.load(accountId)
      if (account === null) throw new CinegraphError('NOT_FOUND', { what: 'account', id: accountId })
      return account
    },
  },
  Plan: {
    __resolveReference: async ({ id }) => (await deps.accounts.plans()).find((plan) => plan.id === id) ?? null,
  },
})
