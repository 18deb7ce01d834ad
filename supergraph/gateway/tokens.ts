import type { IncomingHttpHeaders } from 'node:http'
import { LRUCache } from 'lru-cache'
import { type IssuedClaims, issuedTokens } from '#platform/identity/issued-token.ts'
import type { Claims } from '../engine/schema/access-rules.ts'
import type { GatewaySettings } from './settings.ts'

/** What an access token says of its bearer, and until when. */
export type Bearer = { readonly subject: string | undefined; readonly claims: Claims; readonly expiresAt: number }
export type ReadBearer = (headers: IncomingHttpHeaders) => Promise<Bearer | undefined>

const remembered = 10_000

/**
 * Who bears the token that a request carries; undefined for a request without one. Throws UNAUTHENTICATED, and
 * SUBGRAPH_UNAVAILABLE when the issuer's keys cannot be had.
 */
export const bearerReader = (settings: NonNullable<GatewaySettings['jwt']>): ReadBearer => {
  const header = settings.header.toLowerCase()
  const verify = issuedTokens(settings)
  const verified = new LRUCache<string, Bearer>({ max: remembered })
  return async (headers) => {
    const token = tokenIn(header, headers[header])
    if (token === undefined) return undefined
    const known = verified.get(token)
    if (known !== undefined && known.expiresAt > Date.now()) return known
    const bearer = bearerOf(await verify(token), settings)
    verified.set(token, bearer)
    return bearer
  }
}

/** The token of RFC 6750, section 2.1; a header of one's own may carry it bare. Another scheme, `Basic` for example, is not for us. */
const tokenIn = (header: string, value: IncomingHttpHeaders[string]): string | undefined => {
  if (typeof value !== 'string') return undefined
  return /^Bearer +(\S+)$/i.exec(value)?.[1] ?? (header === 'authorization' ? undefined : value)
}

const bearerOf = (claims: IssuedClaims, { scopesClaim, policiesClaim }: NonNullable<GatewaySettings['jwt']>): Bearer => ({
  subject: typeof claims.sub === 'string' ? claims.sub : undefined,
  claims: { isAuthenticated: true, scopes: namesIn(claims[scopesClaim]), policies: namesIn(claims[policiesClaim]) },
  expiresAt: claims.exp * 1000,
})

/** One text with spaces (RFC 8693, section 4.2) or a list. */
const namesIn = (value: unknown): ReadonlySet<string> => {
  const names = Array.isArray(value) ? value : typeof value === 'string' ? value.split(' ') : []
  return new Set(names.filter((name): name is string => typeof name === 'string' && name !== ''))
}
