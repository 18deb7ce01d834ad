import { randomUUID } from 'node:crypto'
import {
  EmailAddress,
  Language,
  Maturity,
  Password,
  ProfileName,
  parseInput,
  passwordMax,
  profilesMax,
} from '#platform/contracts/fields.ts'
import type { Viewer } from '#platform/contracts/viewer.ts'
import { isCinegraphError } from '#platform/errors/errors.ts'
import { hashPassword, passwordMatches } from '#platform/identity/password.ts'
import type { CreateProfileInput, RefusalCode, SignUpInput } from './schema.generated.ts'
import type { Asking, OpenedSession, Sessions } from './sessions.ts'
import type { AccountStore, Profile, ProfileStore } from './store.ts'

export type Refused = { readonly __typename: 'Refusal'; readonly code: RefusalCode; readonly message: string }
export type AccountDeps = {
  readonly accounts: AccountStore
  readonly profiles: ProfileStore
  readonly sessions: Sessions
  readonly clock: () => Date
}

export const refuse = (code: RefusalCode, message: string): Refused => ({ __typename: 'Refusal', code, message })

const wrongCredentials = refuse('WRONG_CREDENTIALS', 'The e-mail address or the password is wrong.')
const avatars = ['ember', 'tide', 'moss', 'dusk', 'sand', 'plum'] as const
/** Compared with when the address is unknown, so that the answer takes as long as for a known one. */
const nobody = hashPassword('nobody has this password')

const avatarFor = (name: string): string => avatars[(name.codePointAt(0) ?? 0) % avatars.length] ?? 'ember'

const checkSignUp = ({ email, password, profileName, language }: SignUpInput) => ({
  email: parseInput('The e-mail address', EmailAddress, email),
  password: parseInput('A password', Password, password),
  profile: newProfile({ name: profileName, language, maturityLimit: 18 }),
})

const newProfile = ({ name, language, maturityLimit }: CreateProfileInput) => {
  const checkedName = parseInput('A profile name', ProfileName, name)
  return {
    id: randomUUID(),
    name: checkedName,
    avatar: avatarFor(checkedName),
    maturityLimit: parseInput('A maturity limit', Maturity, maturityLimit),
    language: parseInput('A language', Language, language ?? 'en'),
  }
}

/** What `check` gives, or the refusal that says which of the input's values is wrong. */
export const checkedOr = <T>(check: () => T): { readonly checked: T } | { readonly refused: Refused } => {
  try {
    return { checked: check() }
  } catch (error) {
    if (isCinegraphError(error) && error.code === 'INPUT_INVALID') return { refused: refuse('INVALID_INPUT', error.message) }
    throw error
  }
}

export const signUp = async (
  input: SignUpInput,
  asking: Asking,
  { accounts, sessions, clock }: AccountDeps,
): Promise<OpenedSession | Refused> => {
  const result = checkedOr(() => checkSignUp(input))
  if ('refused' in result) return result.refused
  const { email, password } = result.checked
  const account = { id: randomUUID(), email, operator: false }
  const profile = { ...result.checked.profile, accountId: account.id }
  if (input.planId && !(await accounts.plans()).some((plan) => plan.id === input.planId))
    return refuse('NO_SUCH_PLAN', 'There is no such plan.')
  try {
    await accounts.create({ account, passwordHash: await hashPassword(password), profile })
  } catch (error) {
    if (isCinegraphError(error) && error.code === 'EMAIL_TAKEN') return refuse('EMAIL_TAKEN', error.message)
    throw error
  }
  const subscription = input.planId ? await accounts.subscribe(account.id, input.planId, clock()) : null
  return sessions.open({ account: { ...account, subscription }, profile }, asking)
}

export const signIn = async (
  { email, password }: { readonly email: string; readonly password: string },
  asking: Asking,
  { accounts, profiles, sessions }: AccountDeps,
): Promise<OpenedSession | Refused> => {
  // NOTE: nothing longer than any password that can be set is hashed.
  if (password.length > passwordMax) return wrongCredentials
  const address = EmailAddress.safeParse(email).data
  const found = address === undefined ? null : await accounts.withPassword(address)
  const matches = await passwordMatches(password, found?.passwordHash ?? (await nobody))
  const [first] = found === null || !matches ? [] : await profiles.ofAccounts([found.account.id])
  return found === null || first === undefined ? wrongCredentials : sessions.open({ account: found.account, profile: first }, asking)
}

export const refreshSession = async (
  refreshToken: string,
  { accounts, profiles, sessions }: AccountDeps,
): Promise<OpenedSession | Refused> => {
  const renewed = await sessions.renew(refreshToken)
  const [account] = renewed === null ? [] : await accounts.accounts([renewed.session.accountId])
  const [profile] = renewed === null ? [] : await profiles.profiles([renewed.session.profileId])
  if (renewed === null || account === undefined || profile === undefined)
    return refuse('SESSION_ENDED', 'This session has ended. Sign in again.')
  return sessions.grant({ account, profile }, renewed)
}

export const switchProfile = async (
  profileId: string,
  { viewer, ...asking }: Asking & { readonly viewer: Viewer },
  { accounts, profiles, sessions }: AccountDeps,
): Promise<OpenedSession | Refused> => {
  const [account] = await accounts.accounts([viewer.accountId])
  const profile = (await profiles.ofAccounts([viewer.accountId])).find((each) => each.id === profileId)
  if (account === undefined || profile === undefined) return refuse('NO_SUCH_PROFILE', 'This account has no such profile.')
  return (await sessions.switch({ account, profile }, viewer.sessionId)) ?? sessions.open({ account, profile }, asking)
}

export const createProfile = async (
  accountId: string,
  input: CreateProfileInput,
  { profiles }: AccountDeps,
): Promise<Profile | Refused> => {
  const result = checkedOr(() => newProfile(input))
  if ('refused' in result) return result.refused
  const profile = { ...result.checked, accountId }
  if (await profiles.add(profile, profilesMax)) return profile
  return refuse('TOO_MANY_PROFILES', `An account has at most ${profilesMax} profiles.`)
}
