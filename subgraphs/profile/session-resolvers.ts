import type { Viewer } from '#platform/contracts/viewer.ts'
import type { AccountDeps } from './deps.ts'
import { isKids, kidsMayNot } from './pin.ts'
import { notSignedIn, refuse } from './refusal.ts'
import type { Resolvers } from './schema.generated.ts'

type Deps = Pick<AccountDeps, 'profiles' | 'sessions'>
type SessionMutation = 'endSession' | 'endSessions'

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
})
