import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { decodeJwt, jwtVerify, SignJWT } from 'jose'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import type { Viewer } from '#platform/contracts/viewer.ts'
import { isCanonicalJwt } from '#platform/identity/base64url.ts'

const issuer = 'cinegraph'
const Claims = z.object({ sub: z.string(), pid: z.string(), op: z.boolean(), mat: z.number(), lang: z.string(), exp: z.number() })

export type AccessTokens = {
  /** A JWT (RFC 7519) signed with EdDSA (RFC 8037) that lives `ttlSeconds`. */
  readonly issue: (viewer: Viewer) => Promise<string>
}
export type VerifyAccess = (token: string) => Promise<Viewer | null>

export const createIssuer = (privateKeyPem: string, ttlSeconds: number): AccessTokens => {
  const key = createPrivateKey(privateKeyPem)
  return {
    issue: (viewer) =>
      new SignJWT({ pid: viewer.profileId, op: viewer.operator, mat: viewer.maturityLimit, lang: viewer.language })
        .setProtectedHeader({ alg: 'EdDSA' })
        .setIssuer(issuer)
        .setSubject(viewer.accountId)
        .setIssuedAt()
        .setExpirationTime(`${ttlSeconds} seconds`)
        .sign(key),
  }
}

/** Gives the viewer of a valid token, null for any other. A verified token is remembered until it expires. */
export const createVerifier = (publicKeyPem: string): VerifyAccess => {
  const key = createPublicKey(publicKeyPem)
  const verified = new LRUCache<string, Viewer>({ max: 10_000 })
  return async (token) => {
    const known = verified.get(token)
    if (known !== undefined) return known
    const claims = await verifyClaims(token, key)
    if (claims === null) return null
    const viewer = { accountId: claims.sub, profileId: claims.pid, operator: claims.op, maturityLimit: claims.mat, language: claims.lang }
    verified.set(token, viewer, { ttl: Math.max(1, claims.exp * 1000 - Date.now()) })
    return viewer
  }
}

/** How long a token that has been verified still lives, in ms; 0 for one that cannot be read. */
export const msLeft = (token: string, now = Date.now()): number => {
  try {
    return Math.max(0, (decodeJwt(token).exp ?? 0) * 1000 - now)
  } catch {
    return 0
  }
}

const verifyClaims = async (token: string, key: KeyObject) => {
  if (!isCanonicalJwt(token)) return null
  try {
    const { payload } = await jwtVerify(token, key, { issuer, algorithms: ['EdDSA'] })
    return Claims.parse(payload)
  } catch {
    return null
  }
}
