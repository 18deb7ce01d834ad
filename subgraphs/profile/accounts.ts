import { EmailAddress, passwordMax } from '#platform/contracts/fields.ts'
import { passwordMatches } from '#platform/identity/password.ts'
import type { AccountDeps } from './deps.ts'
import { isRefused, type Refused, refuse, tryWithin } from './refusal.ts'
import type { Asking, OpenedSession } from './sessions.ts'
import type { Account, Profile } from './store.ts'

const wrongCredentials = refuse('WRONG_CREDENTIALS', 'The e-mail address or the password is wrong.')
/**
 * Compared with when the address is unknown, so that the answer takes as long as for a known one; no password is known to have it.
 * NOTE: written down instead of made, which on a busy machine can fail before anybody listens.
 */
const nobody = `$argon2id$v=19$m=19456,t=2,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`

type Credentials = { readonly email: string; readonly password: string }

/** NOTE: what is no address is counted as it was written; nothing about it may differ from one that nobody has. */
export const checkCredentials = async ({ email, password }: Credentials, address: string, deps: AccountDeps): Promise<Member | Refused> => {
  const known = EmailAddress.safeParse(email).data
  const trying = { account: known ?? email.slice(0, 320), address }
  return tryWithin({ limits: deps.limits, what: 'signIn', trying, isGood: (result) => !isRefused(result) }, () =>
    whoHas({ email: known, password }, deps),
  )
}

type Member = { readonly account: Account; readonly profile: Profile; readonly passwordHash: string }

const whoHas = async (
  { email, password }: { readonly email: string | undefined; readonly password: string },
  { accounts, profiles }: AccountDeps,
): Promise<Member | Refused> => {
  // NOTE: nothing longer than any password that can be set is hashed.
  if (password.length > passwordMax) return wrongCredentials
  const found = email === undefined ? null : await accounts.withPassword(email)
  const matches = await passwordMatches(password, found?.passwordHash ?? nobody)
  const [first] = found === null || !matches ? [] : await profiles.ofAccounts([found.account.id])
  return found === null || first === undefined
    ? wrongCredentials
    : { account: found.account, profile: first, passwordHash: found.passwordHash }
}

export const signIn = async (credentials: Credentials, asking: Asking, deps: AccountDeps): Promise<OpenedSession | Refused> => {
  const checked = await checkCredentials(credentials, asking.address, deps)
  if (isRefused(checked)) return checked
  const opened = await deps.sessions.open(checked, asking)
  // NOTE: a password that was changed meanwhile has ended the sessions that it found; this one was not there yet.
  if (await deps.accounts.hasPassword(checked.account.id, checked.passwordHash)) return opened
  await deps.sessions.endFamily(opened.refreshToken)
  return wrongCredentials
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
