import { randomUUID } from 'node:crypto'
import { EmailAddress, Password, parseInput } from '#platform/contracts/fields.ts'
import { isCinegraphError } from '#platform/errors/errors.ts'
import { hashPassword } from '#platform/identity/password.ts'
import { hashOf, newCode, newSecret, normalizedCode, shownCode } from './codes.ts'
import type { AccountDeps } from './deps.ts'
import { newProfile } from './profiles.ts'
import { checkedOr, isRefused, type Refused, refuse, tryWithin } from './refusal.ts'
import type { SignUpInput } from './schema.generated.ts'
import type { Asking, OpenedSession } from './sessions.ts'

const lifeSeconds = 3_600

const checkSignUp = ({ email, password, profileName, language }: SignUpInput) => ({
  email: parseInput('The e-mail address', EmailAddress, email),
  password: parseInput('A password', Password, password),
  profile: newProfile({ name: profileName, language, maturityLimit: 18 }),
})

/** NOTE: a code is kept with the secret of the device that asked, without which who reads the database could find it by trying. */
const codeHashOf = (signUpId: string, code: string): string => hashOf(`${signUpId} ${code}`)

export type SignUpStarted = { readonly signUpId: string; readonly expiresInSeconds: number }

/**
 * Begins a sign-up. An address that has an account is answered as one that has none, and takes as long: its password is hashed and as
 * much is written; what differs is the mail. NOTE: the mail has no link, so that nobody makes an account with a stranger's password by
 * pressing one.
 */
export const signUp = async (input: SignUpInput, asking: Asking, deps: AccountDeps): Promise<SignUpStarted | Refused> => {
  const result = checkedOr(() => checkSignUp(input))
  if ('refused' in result) return result.refused
  const { email, password, profile } = result.checked
  const planId = input.planId || null
  if (planId !== null && !(await deps.accounts.plans()).some((plan) => plan.id === planId))
    return refuse('NO_SUCH_PLAN', 'There is no such plan.')
  const trying = { account: email, address: asking.address }
  return tryWithin({ limits: deps.limits, what: 'signUp', trying, isGood: () => false }, async () => {
    const [signUpId, code, now] = [newSecret(), newCode(), deps.clock()]
    const passwordHash = await hashPassword(password)
    const about = { planId, paymentMethod: input.paymentMethod ?? null, country: asking.region }
    const expiresAt = new Date(now.getTime() + lifeSeconds * 1000)
    const mailed = { id: hashOf(signUpId), codeHash: codeHashOf(signUpId, code), secret: shownCode(code), now, expiresAt }
    await deps.credentials.beginSignUp({ email, passwordHash, profile, ...about }, mailed)
    return { signUpId, expiresInSeconds: lifeSeconds }
  })
}

type Shown = { readonly signUpId: string; readonly code: string }

/** Makes the account of a sign-up whose address is confirmed by its code, and signs in to it. */
export const confirmSignUp = async (shown: Shown, asking: Asking, deps: AccountDeps): Promise<OpenedSession | Refused> => {
  const trying = { account: shown.signUpId, address: asking.address }
  return tryWithin({ limits: deps.limits, what: 'confirmSignUp', trying, isGood: (result) => !isRefused(result) }, () =>
    confirm(shown, asking, deps),
  )
}

const confirm = async ({ signUpId, code }: Shown, asking: Asking, deps: AccountDeps): Promise<OpenedSession | Refused> => {
  const codeHash = codeHashOf(signUpId, normalizedCode(code))
  const accountId = randomUUID()
  const made = await deps.credentials
    .endSignUp({ id: hashOf(signUpId), codeHash, now: deps.clock() }, accountId)
    .catch((error: unknown) => {
      if (isCinegraphError(error) && error.code === 'EMAIL_TAKEN') return refuse('EMAIL_TAKEN', error.message)
      throw error
    })
  if (made === 'wrong') return refuse('WRONG_CODE', 'The code is wrong. Look at the mail again.')
  if (made === 'over') return refuse('CODE_EXPIRED', 'This code works no more. Sign in if it was entered already; otherwise sign up again.')
  if ('code' in made) return made
  const { planId, paymentMethod: method, country } = made
  // NOTE: a payment that is declined leaves the account without a subscription; its member chooses again.
  if (planId !== null) await deps.billing.subscribe({ accountId, planId, method, expectedMinor: null, country })
  const [account] = await deps.accounts.accounts([accountId])
  if (account === undefined) return refuse('SESSION_ENDED', 'This account is no more.')
  return deps.sessions.open({ account, profile: { ...made.profile, accountId } }, asking)
}
