import { createHash, randomBytes } from 'node:crypto'
import { type Scope, scopes } from '#platform/contracts/viewer.ts'
import type { Account, AccountStore, Ending, Profile, ProfileStore, SessionStore } from '../store.ts'

/** What an access token of a grant says, beside what OAuth says. */
export type TokenFacts = {
  readonly pid: string
  readonly op: boolean
  readonly mat: number
  readonly lang: string
  readonly sid: string
}
export type GrantsDeps = {
  readonly accounts: AccountStore
  readonly profiles: ProfileStore
  readonly sessions: SessionStore
  readonly endSession: (ending: Ending) => Promise<number>
  readonly clock: () => Date
}
export type Grants = {
  readonly isOpen: (grantId: string) => Promise<boolean>
  readonly renewed: (grantId: string, expiresAt: Date) => Promise<void>
  readonly end: (grantId: string) => Promise<void>
  readonly account: (id: string) => Promise<Account | undefined>
  /** Opens the session of a grant with its first token. Null when the account is gone, or the session has ended. */
  readonly factsOf: (grant: {
    readonly id: string
    readonly accountId: string
    readonly clientId: string
    readonly isFirst: boolean
  }) => Promise<TokenFacts | null>
}

const refreshDays = 30
const random = (): string => createHash('sha256').update(randomBytes(32)).digest('hex')
export const scopesOfAccount = ({ support, operator }: Pick<Account, 'support' | 'operator'>): readonly Scope[] =>
  scopes.filter((scope) => scope === 'member' || (scope === 'support' ? support : operator))

const deviceOf = (clientId: string) => (clientId.endsWith('tv') ? 'TV' : clientId.endsWith('mobile') ? 'MOBILE' : 'WEB')

/**
 * A grant of OAuth is a session like those of our own operations, by the id of the grant: it is listed among them, ended with them,
 * and its access tokens are refused within seconds everywhere.
 */
export const createGrants = ({ accounts, profiles, sessions, endSession, clock }: GrantsDeps): Grants => {
  const account = async (id: string): Promise<Account | undefined> => (await accounts.accounts([id]))[0]
  const open = async (id: string, accountId: string, clientId: string): Promise<Profile | undefined> => {
    const [profile] = await profiles.ofAccounts([accountId])
    if (profile === undefined) return undefined
    const now = clock()
    const expiresAt = new Date(now.getTime() + refreshDays * 86_400_000)
    const session = { id, accountId, profileId: profile.id, device: deviceOf(clientId), deviceId: clientId, region: '', expiresAt } as const
    await sessions.open({ ...session, startedAt: now, renewedAt: now }, { family: random(), token: random() })
    return profile
  }
  return {
    account,
    isOpen: async (id) => (await sessions.byId(id)) !== null,
    renewed: (id, expiresAt) => sessions.seen(id, clock(), expiresAt),
    end: async (id) => {
      const session = await sessions.byId(id)
      if (session !== null) await endSession({ accountId: session.accountId, id })
    },
    factsOf: async ({ id, accountId, clientId, isFirst }) => {
      const [found, session] = [await account(accountId), await sessions.byId(id)]
      if (found === undefined) return null
      const profile =
        session === null ? isFirst && (await open(id, accountId, clientId)) : (await profiles.profiles([session.profileId]))[0]
      if (!profile) return null
      return { pid: profile.id, op: found.operator, mat: profile.maturityLimit, lang: profile.language, sid: id }
    },
  }
}
