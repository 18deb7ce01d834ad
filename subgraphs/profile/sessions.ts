import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { AccessTokens } from '#platform/identity/access-token.ts'
import type { Account, Profile, SessionStore } from './store.ts'

const refreshDays = 30

export type OpenedSession = {
  readonly accessToken: string
  readonly expiresInSeconds: number
  readonly refreshToken: string
  readonly account: Account
  readonly profile: Profile
}
export type Sessions = {
  readonly open: (account: Account, profile: Profile) => Promise<OpenedSession>
  /** Whose session this was; it is used up by asking. */
  readonly take: (refreshToken: string) => Promise<{ readonly accountId: string; readonly profileId: string } | null>
}
export type SessionsDeps = {
  readonly store: SessionStore
  readonly tokens: AccessTokens
  readonly ttlSeconds: number
  readonly clock: () => Date
}

const hashOf = (refreshToken: string): string => createHash('sha256').update(refreshToken).digest('hex')

/** Sessions of one access token that is short and one refresh token that works once (RFC 9700, section 4.14). */
export const createSessions = ({ store, tokens, ttlSeconds, clock }: SessionsDeps): Sessions => ({
  open: async (account, profile) => {
    const refreshToken = randomBytes(32).toString('base64url')
    const expiresAt = new Date(clock().getTime() + refreshDays * 86_400_000)
    await store.open({ id: randomUUID(), accountId: account.id, profileId: profile.id, refreshHash: hashOf(refreshToken), expiresAt })
    const viewer = {
      accountId: account.id,
      profileId: profile.id,
      operator: account.operator,
      maturityLimit: profile.maturityLimit,
      language: profile.language,
    }
    return { accessToken: await tokens.issue(viewer), expiresInSeconds: ttlSeconds, refreshToken, account, profile }
  },
  take: (refreshToken) => store.take(hashOf(refreshToken), clock()),
})
