import { EmailAddress, Password, parseInput } from '#platform/contracts/fields.ts'
import type { Viewer } from '#platform/contracts/viewer.ts'
import { hashPassword, passwordMatches } from '#platform/identity/password.ts'
import { hashOf, newSecret } from './codes.ts'
import type { AccountDeps } from './deps.ts'
import { isKids, kidsMayNot } from './pin.ts'
import { checkedOr, isRefused, notSignedIn, type Refused, refuse, tryWithin } from './refusal.ts'

type Count = { readonly count: number }
const lifeSeconds = 1_800

type Changed = { readonly password: string; readonly newPassword: string }
type Changing = { readonly viewer: Viewer; readonly address: string }

/** Changes the password of who knows it, and ends all sessions but the one that asks. */
export const changePassword = async (passwords: Changed, { viewer, address }: Changing, deps: AccountDeps): Promise<Count | Refused> => {
  if (await isKids(viewer, deps)) return kidsMayNot
  const trying = { account: viewer.accountId, address }
  return tryWithin({ limits: deps.limits, what: 'changePassword', trying, isGood: (result) => !isRefused(result) }, () =>
    change(passwords, viewer, deps),
  )
}

const change = async ({ password, newPassword }: Changed, viewer: Viewer, deps: AccountDeps): Promise<Count | Refused> => {
  const result = checkedOr(() => parseInput('A password', Password, newPassword))
  if ('refused' in result) return result.refused
  const known = await deps.accounts.passwordOf(viewer.accountId)
  if (known === null) return notSignedIn
  if (!Password.safeParse(password).success || !(await passwordMatches(password, known)))
    return refuse('WRONG_CREDENTIALS', 'The password is wrong.')
  // NOTE: an access token of the first version names no session; then none is kept.
  const exceptSession = viewer.sessionId ?? ''
  const changed = { passwordHash: await hashPassword(result.checked), exceptSession, ...timesOf(deps) }
  const count = await deps.credentials.changePassword(viewer.accountId, changed)
  return count === null ? notSignedIn : { count }
}

const timesOf = ({ clock, sessions }: AccountDeps) => ({ now: clock(), tokensUntil: sessions.tokensUntil() })

/** Mails a link that sets another password; an address that has no account is answered alike, and mailed that it has none. */
export const startPasswordReset = async (
  email: string,
  address: string,
  deps: AccountDeps,
): Promise<{ readonly expiresInSeconds: number } | Refused> => {
  const result = checkedOr(() => parseInput('The e-mail address', EmailAddress, email))
  if ('refused' in result) return result.refused
  const trying = { account: result.checked, address }
  return tryWithin({ limits: deps.limits, what: 'startReset', trying, isGood: () => false }, async () => {
    const [secret, now] = [newSecret(), deps.clock()]
    const expiresAt = new Date(now.getTime() + lifeSeconds * 1000)
    await deps.credentials.beginReset({ id: hashOf(secret), email: result.checked, secret, now, expiresAt })
    return { expiresInSeconds: lifeSeconds }
  })
}

/** Sets a password by what a mailed link holds, and ends every session of the account. */
export const resetPassword = async (
  { token, newPassword }: { readonly token: string; readonly newPassword: string },
  address: string,
  deps: AccountDeps,
): Promise<Count | Refused> => {
  const result = checkedOr(() => parseInput('A password', Password, newPassword))
  if ('refused' in result) return result.refused
  const trying = { account: '', address }
  return tryWithin({ limits: deps.limits, what: 'resetPassword', trying, isGood: (found) => !isRefused(found) }, async () => {
    const count = await deps.credentials.reset(hashOf(token), { passwordHash: await hashPassword(result.checked), ...timesOf(deps) })
    return count === null ? refuse('CODE_EXPIRED', 'This link works no more. Ask for another one.') : { count }
  })
}
