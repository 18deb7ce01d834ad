import { LRUCache } from 'lru-cache'
import { isBelow, type ObjectKey } from '#platform/contracts/object-key.ts'
import { CinegraphError } from '#platform/errors/errors.ts'
import { readStreamToken, type StreamGrant } from '#platform/identity/stream-token.ts'
import { isTooHigh } from './height.ts'

/** Throws STREAM_TOKEN_INVALID or STREAM_TOKEN_EXPIRED unless the token opens this object. */
export type CheckToken = (token: string, key: ObjectKey, now: Date) => StreamGrant

/** Checks tokens; a signature is verified once and remembered, expiry and prefix are checked every time. */
export const createCheckToken = (streamKey: string): CheckToken => {
  const verified = new LRUCache<string, StreamGrant>({ max: 50_000 })
  return (token, key, now) => {
    const grant = verified.get(token) ?? readStreamToken(token, streamKey)
    verified.set(token, grant)
    if (!isBelow(key, grant.prefix) || isTooHigh(key, grant)) throw new CinegraphError('STREAM_TOKEN_INVALID')
    if (grant.expiresAt <= now) throw new CinegraphError('STREAM_TOKEN_EXPIRED')
    return grant
  }
}
