import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Overrides } from '../engine/operation/prepare.ts'
import type { Claims } from '../engine/schema/access-rules.ts'
import type { GatewaySettings } from './settings.ts'

const listOf = (headers: IncomingHttpHeaders, name: string | undefined): ReadonlySet<string> => {
  const value = name === undefined ? undefined : headers[name.toLowerCase()]
  return new Set(typeof value === 'string' ? value.split(/[\s,]+/).filter((each) => each !== '') : [])
}

/** Claims as a trusted proxy in front puts them into headers; without such settings nobody has any. */
export const claimsFrom = (
  { authenticatedHeader, scopesHeader, policiesHeader }: GatewaySettings['claims'],
  headers: IncomingHttpHeaders,
): Claims => ({
  isAuthenticated: authenticatedHeader !== undefined && Boolean(headers[authenticatedHeader.toLowerCase()]),
  scopes: listOf(headers, scopesHeader),
  policies: listOf(headers, policiesHeader),
})

/** A number from 0 up to 100 that stays the same for the same caller: the member's token, or the address it comes from. */
export const percentOf = (headers: IncomingHttpHeaders, salt: string): number => {
  const who = headers.authorization ?? headers['x-forwarded-for'] ?? headers['user-agent'] ?? ''
  return (createHash('sha256').update(`${salt} ${who}`).digest().readUInt32BE() / 2 ** 32) * 100
}

export const overridesFrom = (labels: readonly string[], headers: IncomingHttpHeaders): Overrides => ({
  labels,
  percentage: percentOf(headers, 'override'),
})
