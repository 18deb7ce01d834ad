import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, jwtVerify, SignJWT } from 'jose'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { type Scope, scopes, scopesOf, type Viewer } from '#platform/contracts/viewer.ts'
import { isCanonicalJwt } from '#platform/identity/base64url.ts'
import type { KnownEnds } from '#platform/identity/ended-sessions.ts'

const issuer = 'cinegraph'
/** What access tokens are for (RFC 8707): every service of ours. */
export const apiAudience = 'urn:cinegraph:api'
/** NOTE: tokens of the first version name no session; they live on for their ten minutes. */
const Claims = z.object({
  sub: z.string(),
  sid: z.string().optional(),
  pid: z.string(),
  op: z.boolean(),
  mat: z.number(),
  lang: z.string(),
  scope: z.string().optional(),
  exp: z.number(),
})

export type AccessTokens = {
  /** A JWT (RFC 7519) signed with EdDSA (RFC 8037) that lives `ttlSeconds`. */
  readonly issue: (viewer: Viewer) => Promise<string>
}
export type VerifyAccess = (token: string) => Promise<Viewer | null>

export const createIssuer = (privateKeyPem: string, ttlSeconds: number): AccessTokens => {
  const key = createPrivateKey(privateKeyPem)
  const kid = keyId(createPublicKey(privateKeyPem))
  return {
    issue: (viewer) =>
      new SignJWT(claimsOf(viewer))
        .setProtectedHeader({ alg: 'EdDSA', kid })
        .setIssuer(issuer)
        .setSubject(viewer.accountId)
        .setIssuedAt()
        .setExpirationTime(`${ttlSeconds} seconds`)
        .sign(key),
  }
}

const claimsOf = (viewer: Viewer) => ({
  pid: viewer.profileId,
  op: viewer.operator,
  mat: viewer.maturityLimit,
  lang: viewer.language,
  scope: scopesOf(viewer).join(' '),
  ...(viewer.sessionId === undefined ? {} : { sid: viewer.sessionId }),
})

/**
 * Gives the viewer of a valid token whose session was not ended, null for any other. A verified token is remembered until it
 * expires. `publicKeyPems` holds one key or more, one behind the other: those with which tokens are signed, or were until now.
 */
export const createVerifier = (publicKeyPems: string, { isEnded }: Pick<KnownEnds, 'isEnded'>): VerifyAccess => {
  const keys = keysOf(publicKeyPems)
  const verified = new LRUCache<string, Viewer>({ max: 10_000 })
  const verify = async (token: string): Promise<Viewer | null> => {
    const claims = await verifyClaims(token, keys)
    if (claims === null) return null
    const viewer = viewerOf(claims)
    verified.set(token, viewer, { ttl: Math.max(1, claims.exp * 1000 - Date.now()) })
    return viewer
  }
  return async (token) => {
    const viewer = verified.get(token) ?? (await verify(token))
    return viewer?.sessionId !== undefined && isEnded(viewer.sessionId) ? null : viewer
  }
}

const scopesIn = (text: string): readonly Scope[] => scopes.filter((scope) => text.split(' ').includes(scope))

const viewerOf = ({ sub, sid, pid, op, mat, lang, scope }: z.infer<typeof Claims>): Viewer => ({
  accountId: sub,
  profileId: pid,
  operator: op,
  maturityLimit: mat,
  language: lang,
  ...(sid === undefined ? {} : { sessionId: sid }),
  ...(scope === undefined ? {} : { scopes: scopesIn(scope) }),
})

type Keys = ReadonlyMap<string, KeyObject>
/** A name of a key that is made from the key itself, as RFC 7638 does for keys in JSON. */
export const keyId = (key: KeyObject): string =>
  createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('base64url')
    .slice(0, 16)
/** The keys of a file that holds one behind the other. */
export const pemsIn = (pems: string): readonly string[] => pems.split(/(?=-----BEGIN )/).filter((pem) => pem.trim() !== '')

const keysOf = (pems: string): Keys =>
  new Map(
    pemsIn(pems)
      .map((pem) => createPublicKey(pem))
      .map((key) => [keyId(key), key]),
  )

/** How long a token that has been verified still lives, in ms; 0 for one that cannot be read. */
export const msLeft = (token: string, now = Date.now()): number => {
  try {
    return Math.max(0, (decodeJwt(token).exp ?? 0) * 1000 - now)
  } catch {
    return 0
  }
}

/** NOTE: a token of the first version names no key; the key of that time stands first. */
const keyFor = (token: string, keys: Keys): KeyObject | undefined => {
  const { kid } = decodeProtectedHeader(token)
  return kid === undefined ? [...keys.values()][0] : keys.get(kid)
}

const verifyClaims = async (token: string, keys: Keys) => {
  if (!isCanonicalJwt(token)) return null
  try {
    const key = keyFor(token, keys)
    if (key === undefined) return null
    const { payload } = await jwtVerify(token, key, { issuer, algorithms: ['EdDSA'] })
    // NOTE: tokens of earlier versions name no audience.
    if (payload.aud !== undefined && payload.aud !== apiAudience) return null
    return Claims.parse(payload)
  } catch {
    return null
  }
}
