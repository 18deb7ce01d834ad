import { Password, parseInput } from '#platform/contracts/fields.ts'
import type { Viewer } from '#platform/contracts/viewer.ts'
import { hashPassword, passwordMatches } from '#platform/identity/password.ts'
import type { AccountDeps } from './deps.ts'
import { isKids, kidsMayNot } from './pin.ts'
import { checkedOr, isRefused, type Refused, refuse, tryWithin } from './refusal.ts'
import type { Resolvers } from './schema.generated.ts'

type Deps = Pick<AccountDeps, 'accounts' | 'profiles' | 'sessions' | 'limits'>
type SessionMutation = 'endSession' | 'endSessions' | 'changePassword'

const notSignedIn = refuse('NOT_SIGNED_IN', 'Sign in first.')
const ended = (count: number) => ({ __typename: 'EndedSessions' as const, count })
/** NOTE: an access token of the first version names no session; then none is kept. */
const others = ({ accountId, sessionId = '' }: Viewer) => ({ accountId, except: sessionId })

/** Ending sessions of the account that is signed in. */
export const sessionMutations = (deps: Deps): Pick<Resolvers['Mutation'] & object, SessionMutation> => ({
  endSession: async (_parent, { id }, { caller: { viewer } }) => {
    if (viewer === null) return notSignedIn
    if (await isKids(viewer, deps)) return kidsMayNot
    const count = await deps.sessions.end({ accountId: viewer.accountId, id })
    return count === 0 ? refuse('NO_SUCH_SESSION', 'This session has ended already.') : ended(count)
  },
  endSessions: async (_parent, { keepThis }, { caller: { viewer } }) => {
    if (viewer === null) return notSignedIn
    if (await isKids(viewer, deps)) return kidsMayNot
    return ended(await deps.sessions.end(keepThis ? others(viewer) : { accountId: viewer.accountId, except: '' }))
  },
  changePassword: async (_parent, passwords, { caller: { viewer, address = '' } }) => {
    if (viewer === null) return notSignedIn
    if (await isKids(viewer, deps)) return kidsMayNot
    const trying = { account: viewer.accountId, address }
    return tryWithin({ limits: deps.limits, what: 'changePassword', trying, isGood: (result) => !isRefused(result) }, () =>
      changePassword(passwords, viewer, deps),
    )
  },
})

type Passwords = { readonly password: string; readonly newPassword: string }

const changePassword = async (
  { password, newPassword }: Passwords,
  viewer: Viewer,
  { accounts, sessions }: Deps,
): Promise<ReturnType<typeof ended> | Refused> => {
  const result = checkedOr(() => parseInput('A password', Password, newPassword))
  if ('refused' in result) return result.refused
  const known = await accounts.passwordOf(viewer.accountId)
  if (known === null) return notSignedIn
  if (!Password.safeParse(password).success || !(await passwordMatches(password, known)))
    return refuse('WRONG_CREDENTIALS', 'The password is wrong.')
  await accounts.setPassword(viewer.accountId, await hashPassword(result.checked))
  return ended(await sessions.end(others(viewer)))
}
