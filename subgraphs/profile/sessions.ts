import { createHmac, randomUUID } from 'node:crypto'
import type { AccessTokens } from '#platform/identity/access-token.ts'
import { counter } from '#platform/observe/metrics.ts'
import { hashOf, newSecret } from './codes.ts'
import { scopesOfAccount } from './oauth/grants.ts'
import type { Account, Ending, Profile, RefreshHashes, Session, SessionStore } from './store.ts'

const refreshDays = 30
/** How long a token that was renewed gives its successor again, to those who asked at the same time or lost the answer. */
const graceMs = 10_000
const reuses = counter('sessions_reused_total', 'Sessions that ended because a refresh token was used twice', [])

export type OpenedSession = {
  readonly accessToken: string
  readonly expiresInSeconds: number
  readonly refreshToken: string
  readonly account: Account
  readonly profile: Profile
}
/** From where a session is opened. */
export type Asking = Pick<Session, 'device' | 'deviceId' | 'region'> & { readonly address: string }
type Seen = { readonly account: Account; readonly profile: Profile }
type Renewed = { readonly session: Session; readonly refreshToken: string }

export type Sessions = {
  readonly open: (seen: Seen, asking: Asking) => Promise<OpenedSession>
  /**
   * The session of a refresh token with the token that follows it. Null when it has ended; a token that was used before, other
   * than within `graceMs`, ends it (RFC 9700, section 4.14.2).
   */
  readonly renew: (refreshToken: string) => Promise<Renewed | null>
  /** What a device gets of a session that was renewed. */
  readonly grant: (seen: Seen, renewed: Renewed) => Promise<OpenedSession>
  /** The same session through another profile. Null when it has ended, or the access token names none. */
  readonly switch: (seen: Seen, sessionId: string | undefined) => Promise<OpenedSession | null>
  readonly ofAccount: (accountId: string) => Promise<readonly Session[]>
  /** Ends the session that a refresh token belongs to. False when it had ended. */
  readonly endFamily: (refreshToken: string) => Promise<boolean>
  readonly end: (ending: Ending) => Promise<number>
  /** When the last access token that was given until now expires. */
  readonly tokensUntil: () => Date
}
export type SessionsDeps = {
  readonly store: SessionStore
  readonly tokens: AccessTokens
  readonly ttlSeconds: number
  readonly clock: () => Date
}

/** Refresh tokens are `<family>.<secret>`. NOTE: one of the first version has no dot; all of it names its family. */
const familyOf = (refreshToken: string): string => refreshToken.split('.')[0] ?? ''
const hashesOf = (refreshToken: string): RefreshHashes => ({ family: hashOf(familyOf(refreshToken)), token: hashOf(refreshToken) })
/** NOTE: made from the token before, so that nobody has to keep it in order to give it again. */
const successorOf = (refreshToken: string, salt: string): string =>
  `${familyOf(refreshToken)}.${createHmac('sha256', salt).update(refreshToken).digest('base64url')}`

/** Sessions of access tokens that are short and refresh tokens that work once. */
export const createSessions = ({ store, tokens, ttlSeconds, clock }: SessionsDeps): Sessions => {
  const expiry = (): Date => new Date(clock().getTime() + refreshDays * 86_400_000)
  const tokensUntil = (): Date => new Date(clock().getTime() + ttlSeconds * 1000)
  const end = (ending: Ending): Promise<number> => store.end(ending, tokensUntil())
  const grant: Sessions['grant'] = async ({ account, profile }, { session, refreshToken }) => {
    const viewer = {
      accountId: account.id,
      profileId: profile.id,
      operator: account.operator,
      maturityLimit: profile.maturityLimit,
      language: profile.language,
      sessionId: session.id,
      scopes: scopesOfAccount(account),
    }
    return { accessToken: await tokens.issue(viewer), expiresInSeconds: ttlSeconds, refreshToken, account, profile }
  }
  return {
    grant,
    end,
    tokensUntil,
    open: async (seen, { device, deviceId, region }) => {
      const refreshToken = `${newSecret()}.${newSecret()}`
      const [now, ids] = [clock(), { id: randomUUID(), accountId: seen.account.id, profileId: seen.profile.id }]
      const session = { ...ids, device, deviceId, region, startedAt: now, renewedAt: now, expiresAt: expiry() }
      await store.open(session, hashesOf(refreshToken))
      return grant(seen, { session, refreshToken })
    },
    renew: async (refreshToken) => {
      const [now, salt] = [clock(), newSecret()]
      const successor = successorOf(refreshToken, salt)
      const next = { hash: hashOf(successor), salt, now, expiresAt: expiry() }
      const renewal = await store.renew(hashesOf(refreshToken), next, new Date(now.getTime() - graceMs))
      if (renewal.state === 'unknown') return null
      const { session } = renewal
      if (renewal.state === 'renewed') return { session, refreshToken: successor }
      const again = renewal.state === 'again' ? successorOf(refreshToken, renewal.salt) : ''
      if (renewal.state === 'again' && hashOf(again) === renewal.hash) return { session, refreshToken: again }
      reuses.inc()
      await end(session)
      return null
    },
    switch: async (seen, id) => {
      if (id === undefined) return null
      const refreshToken = `${newSecret()}.${newSecret()}`
      const wanted = { id, accountId: seen.account.id, profileId: seen.profile.id, expiresAt: expiry() }
      const session = await store.switch(wanted, hashesOf(refreshToken))
      return session === null ? null : grant(seen, { session, refreshToken })
    },
    ofAccount: (accountId) => store.ofAccount(accountId, clock()),
    endFamily: async (refreshToken) => {
      const session = await store.byFamily(hashesOf(refreshToken).family)
      return session !== null && session.expiresAt > clock() && (await end(session)) > 0
    },
  }
}
