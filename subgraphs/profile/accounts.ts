import { randomUUID } from 'node:crypto'
import { EmailAddress, Password, parseInput, passwordMax } from '#platform/contracts/fields.ts'
import { isCinegraphError } from '#platform/errors/errors.ts'
import { hashPassword, passwordMatches } from '#platform/identity/password.ts'
import type { AccountDeps } from './deps.ts'
import { newProfile } from './profiles.ts'
import { checkedOr, isRefused, type Refused, refuse, tryWithin } from './refusal.ts'
import type { SignUpInput } from './schema.generated.ts'
import type { Asking, OpenedSession } from './sessions.ts'
import type { Account, Profile } from './store.ts'

const wrongCredentials = refuse('WRONG_CREDENTIALS', 'The e-mail address or the password is wrong.')
/**
 * Compared with when the address is unknown, so that the answer takes as long as for a known one; no password is known to have it.
 * NOTE: written down instead of made, which on a busy machine can fail before anybody listens.
 */
const nobody = `$argon2id$v=19$m=19456,t=2,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`

const checkSignUp = ({ email, password, profileName, language }: SignUpInput) => ({
  email: parseInput('The e-mail address', EmailAddress, email),
  password: parseInput('A password', Password, password),
  profile: newProfile({ name: profileName, language, maturityLimit: 18 }),
})

export const signUp = async (input: SignUpInput, asking: Asking, deps: AccountDeps): Promise<OpenedSession | Refused> => {
  const result = checkedOr(() => checkSignUp(input))
  if ('refused' in result) return result.refused
  const trying = { account: result.checked.email, address: asking.address }
  return tryWithin({ limits: deps.limits, what: 'signUp', trying, isGood: () => false }, () =>
    addAccount({ ...result.checked, planId: input.planId ?? '', method: input.paymentMethod ?? null }, asking, deps),
  )
}

type NewMember = ReturnType<typeof checkSignUp> & { readonly planId: string; readonly method: string | null }

/** NOTE: a password is hashed also for an address that is taken, so that the time does not say so before the answer does. */
const addAccount = async (
  { email, password, profile: checked, planId, method }: NewMember,
  asking: Asking,
  { accounts, sessions, billing }: AccountDeps,
): Promise<OpenedSession | Refused> => {
  const account = { id: randomUUID(), email, operator: false }
  const profile = { ...checked, accountId: account.id }
  if (planId !== '' && !(await accounts.plans()).some((plan) => plan.id === planId)) return refuse('NO_SUCH_PLAN', 'There is no such plan.')
  try {
    await accounts.create({ account, passwordHash: await hashPassword(password), profile })
  } catch (error) {
    if (isCinegraphError(error) && error.code === 'EMAIL_TAKEN') return refuse('EMAIL_TAKEN', error.message)
    throw error
  }
  // NOTE: a payment that is declined leaves the account without a subscription; its member chooses again.
  if (planId !== '') await billing.subscribe({ accountId: account.id, planId, method, expectedMinor: null, country: asking.region })
  const [saved] = await accounts.accounts([account.id])
  return sessions.open(
    { account: { ...account, support: false, deleteAt: null, pinHash: null, subscription: saved?.subscription ?? null }, profile },
    asking,
  )
}

type Credentials = { readonly email: string; readonly password: string }

/** NOTE: what is no address is counted as it was written; nothing about it may differ from one that nobody has. */
export const checkCredentials = async ({ email, password }: Credentials, address: string, deps: AccountDeps): Promise<Member | Refused> => {
  const known = EmailAddress.safeParse(email).data
  const trying = { account: known ?? email.slice(0, 320), address }
  return tryWithin({ limits: deps.limits, what: 'signIn', trying, isGood: (result) => !isRefused(result) }, () =>
    whoHas({ email: known, password }, deps),
  )
}

type Member = { readonly account: Account; readonly profile: Profile }

const whoHas = async (
  { email, password }: { readonly email: string | undefined; readonly password: string },
  { accounts, profiles }: AccountDeps,
): Promise<Member | Refused> => {
  // NOTE: nothing longer than any password that can be set is hashed.
  if (password.length > passwordMax) return wrongCredentials
  const found = email === undefined ? null : await accounts.withPassword(email)
  const matches = await passwordMatches(password, found?.passwordHash ?? nobody)
  const [first] = found === null || !matches ? [] : await profiles.ofAccounts([found.account.id])
  return found === null || first === undefined ? wrongCredentials : { account: found.account, profile: first }
}

export const signIn = async (credentials: Credentials, asking: Asking, deps: AccountDeps): Promise<OpenedSession | Refused> => {
  const checked = await checkCredentials(credentials, asking.address, deps)
  return isRefused(checked) ? checked : deps.sessions.open(checked, asking)
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
