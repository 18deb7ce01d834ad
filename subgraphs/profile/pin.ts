import { Pin, parseInput } from '#platform/contracts/fields.ts'
import type { Viewer } from '#platform/contracts/viewer.ts'
import { hashPassword, passwordMatches } from '#platform/identity/password.ts'
import type { AccountDeps } from './deps.ts'
import { checkedOr, isRefused, type Refused, refuse, tryWithin } from './refusal.ts'

type Shown = { readonly viewer: Viewer; readonly pin: string | null; readonly address: string }

/** NOTE: read anew, because an access token may be older than the flag. */
export const isKids = async ({ profileId }: Viewer, { profiles }: Pick<AccountDeps, 'profiles'>): Promise<boolean> =>
  (await profiles.profiles([profileId]))[0]?.kids ?? true

/** What protects an account from its children: its PIN, or its password while it has none. */
export const guardOf = async (accountId: string, { accounts }: Pick<AccountDeps, 'accounts'>): Promise<string | null> =>
  (await accounts.pinOf(accountId)) ?? accounts.passwordOf(accountId)

/** What has to be shown, what was, and what is said when that is wrong. */
type Guard = { readonly wanted: string | null; readonly shown: Shown; readonly wrong?: string }

/** What `run` gives, when the PIN that is wanted was shown; a hash of null wants none. Tries are limited by the account. */
export const withPin = async <T extends object>(
  { wanted, shown: { viewer, pin, address }, wrong = 'The PIN is wrong.' }: Guard,
  { limits }: Pick<AccountDeps, 'limits'>,
  run: () => Promise<T | Refused>,
): Promise<T | Refused> => {
  if (wanted === null) return run()
  if (pin === null) return refuse('PIN_NEEDED', 'This needs the PIN, or the password of the account while it has no PIN.')
  const trying = { account: viewer.accountId, address }
  return tryWithin(
    { limits, what: 'pin', trying, isGood: (result: object) => !isRefused(result) || result.code !== 'WRONG_PIN' },
    async () => ((await passwordMatches(pin, wanted)) ? run() : refuse('WRONG_PIN', wrong)),
  )
}

type NewPin = { readonly profileId: string | null; readonly pin: string | null; readonly password: string }

/** Sets or removes the PIN of the account, or of one of its profiles; the password is asked for, and no profile for children may. */
export const setPin = async (
  { profileId, pin, password }: NewPin,
  shown: Pick<Shown, 'viewer' | 'address'>,
  deps: AccountDeps,
): Promise<{ readonly count: number } | Refused> => {
  const { viewer } = shown
  if (await isKids(viewer, deps)) return kidsMayNot
  const result = checkedOr(() => (pin === null ? null : parseInput('A PIN', Pin, pin)))
  if ('refused' in result) return result.refused
  return withPin(
    { wanted: await deps.accounts.passwordOf(viewer.accountId), shown: { ...shown, pin: password }, wrong: wrongPassword },
    deps,
    async () => {
      const hash = result.checked === null ? null : await hashPassword(result.checked)
      const isSet =
        profileId === null
          ? await deps.accounts.setPin(viewer.accountId, hash)
          : await deps.profiles.setPin(viewer.accountId, profileId, hash)
      return isSet ? { count: 0 } : refuse('NO_SUCH_PROFILE', 'This account has no such profile.')
    },
  )
}

export const wrongPassword = 'The password is wrong.'
export const kidsMayNot = refuse('KIDS_PROFILE', 'This cannot be done from a profile for children. Switch to another profile first.')
