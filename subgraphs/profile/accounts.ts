import { randomUUID } from 'node:crypto'
import { EmailAddress } from '#platform/contracts/fields.ts'
import { isCinegraphError } from '#platform/errors/errors.ts'
import { hashPassword, passwordMatches } from '#platform/identity/password.ts'
import type { CreateProfileInput, RefusalCode, SignUpInput } from './schema.generated.ts'
import type { OpenedSession, Sessions } from './sessions.ts'
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

/** How an address is kept and compared. */
const normalized = (email: string): string => email.trim().toLowerCase()

const faultOf = ({ email, password, profileName }: SignUpInput): string | undefined => {
  if (!EmailAddress.safeParse(normalized(email)).success) return 'This is not an e-mail address.'
  if (password.length < 8 || password.length > 256) return 'A password has at least 8 characters.'
  return nameFault(profileName)
}

const nameFault = (name: string): string | undefined =>
  name.trim().length < 1 || name.length > 40 ? 'A profile name has 1 to 40 characters.' : undefined

export const signUp = async (input: SignUpInput, { accounts, sessions, clock }: AccountDeps): Promise<OpenedSession | Refused> => {
  const fault = faultOf(input)
  if (fault !== undefined) return refuse('INVALID_INPUT', fault)
  const account = { id: randomUUID(), email: normalized(input.email), operator: false }
  const profile = { ...newProfile(input.profileName, input.language), accountId: account.id }
  if (input.planId && !(await accounts.plans()).some((plan) => plan.id === input.planId))
    return refuse('NO_SUCH_PLAN', 'There is no such plan.')
  try {
    await accounts.create({ account, passwordHash: await hashPassword(input.password), profile })
  } catch (error) {
    if (isCinegraphError(error) && error.code === 'EMAIL_TAKEN') return refuse('EMAIL_TAKEN', error.message)
    throw error
  }
  const subscription = input.planId ? await accounts.subscribe(account.id, input.planId, clock()) : null
  return sessions.open({ ...account, subscription }, profile)
}

export const signIn = async (
  email: string,
  password: string,
  { accounts, profiles, sessions }: AccountDeps,
): Promise<OpenedSession | Refused> => {
  const found = await accounts.withPassword(normalized(email))
  const matches = await passwordMatches(password.slice(0, 256), found?.passwordHash ?? (await nobody))
  const [first] = found === null || !matches ? [] : await profiles.ofAccounts([found.account.id])
  return found === null || first === undefined ? wrongCredentials : sessions.open(found.account, first)
}

export const refreshSession = async (
  refreshToken: string,
  { accounts, profiles, sessions }: AccountDeps,
): Promise<OpenedSession | Refused> => {
  const taken = await sessions.take(refreshToken)
  const [account] = taken === null ? [] : await accounts.accounts([taken.accountId])
  const [profile] = taken === null ? [] : await profiles.profiles([taken.profileId])
  if (account === undefined || profile === undefined) return refuse('SESSION_ENDED', 'This session has ended. Sign in again.')
  return sessions.open(account, profile)
}

export const switchProfile = async (
  accountId: string,
  profileId: string,
  { accounts, profiles, sessions }: AccountDeps,
): Promise<OpenedSession | Refused> => {
  const [account] = await accounts.accounts([accountId])
  const profile = (await profiles.ofAccounts([accountId])).find((each) => each.id === profileId)
  if (account === undefined || profile === undefined) return refuse('NO_SUCH_PROFILE', 'This account has no such profile.')
  return sessions.open(account, profile)
}

export const createProfile = async (
  accountId: string,
  input: CreateProfileInput,
  { profiles }: AccountDeps,
): Promise<Profile | Refused> => {
  const fault =
    nameFault(input.name) ?? (input.maturityLimit < 0 || input.maturityLimit > 18 ? 'A maturity limit lies from 0 to 18.' : undefined)
  if (fault !== undefined) return refuse('INVALID_INPUT', fault)
  const profile = { ...newProfile(input.name, input.language), accountId, maturityLimit: input.maturityLimit }
  await profiles.add(profile)
  return profile
}

const newProfile = (name: string, language: string | null | undefined) => ({
  id: randomUUID(),
  name: name.trim(),
  avatar: avatarFor(name.trim()),
  maturityLimit: 18,
  language: language ?? 'en',
})
