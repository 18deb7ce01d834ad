import type { IncomingHttpHeaders } from 'node:http'
import { CinegraphError } from '#platform/errors/errors.ts'
import type { HeaderRules } from './settings.ts'

/** A field value that can be sent (RFC 9110, section 5.5): no control characters but the tab, and nothing beyond Latin-1. */
export const isFieldValue = (value: string): boolean => !/[^\t\x20-\x7e\x80-\xff]/.test(value)

/** Never passed on: they belong to one connection or body (RFC 9110, section 7.6.1). */
const ofOneHop = new Set([
  'host',
  'connection',
  'content-length',
  'content-type',
  'transfer-encoding',
  'keep-alive',
  'upgrade',
  'te',
  'trailer',
  'accept',
  'accept-encoding',
  'expect',
  'proxy-connection',
  'http2-settings',
  'proxy-authorization',
  'proxy-authenticate',
])

/** Whether a `Connection` field names nothing but what this hop does itself. */
const namesNoField = /^(keep-alive|close|upgrade|\s|,)*$/i

/**
 * The headers of a request without those that its sender declares as belonging to the connection alone (RFC 9110, section 7.6.1).
 * NOTE: claims, caches and subgraphs have to see the same headers, or an answer to one caller would be kept for another.
 */
export const endToEnd = (headers: IncomingHttpHeaders): IncomingHttpHeaders => {
  if (headers.connection === undefined || namesNoField.test(headers.connection)) return headers
  const named = headers.connection.split(',').map((name) => name.trim().toLowerCase())
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !named.includes(name)))
}

export type CompiledRules = {
  /** The headers of a request to a subgraph. Throws INPUT_INVALID for one that cannot be sent. */
  readonly headersFor: (incoming: IncomingHttpHeaders) => Record<string, string>
  /** Whether a header (lower case) can be passed on from a client. */
  readonly mayForward: (name: string) => boolean
}

/** Compiles the rules that say which headers reach a subgraph. */
export const compileHeaderRules = ({ propagate, set, remove }: HeaderRules): CompiledRules => {
  const removed = new Set(remove.map((name) => name.toLowerCase()))
  const names = propagate.map((name) => name.toLowerCase()).filter((name) => !name.endsWith('*'))
  const prefixes = propagate
    .map((name) => name.toLowerCase())
    .filter((name) => name.endsWith('*'))
    .map((name) => name.slice(0, -1))
  const allowed = (name: string): boolean => !ofOneHop.has(name) && !removed.has(name)
  const exact = names.filter(allowed)
  const constant = new Set(Object.keys(set).map((name) => name.toLowerCase()))
  const mayForward = (name: string): boolean =>
    !constant.has(name) && allowed(name) && (exact.includes(name) || prefixes.some((prefix) => name.startsWith(prefix)))
  const headersFor = (incoming: IncomingHttpHeaders): Record<string, string> => {
    const headers: Record<string, string> = {}
    for (const name of exact) put(headers, name, incoming[name])
    if (prefixes.length > 0)
      for (const [name, value] of Object.entries(incoming))
        if (allowed(name) && prefixes.some((prefix) => name.startsWith(prefix))) put(headers, name, value)
    for (const [name, value] of Object.entries(set)) headers[name.toLowerCase()] = value
    return headers
  }
  return { headersFor, mayForward }
}

const put = (headers: Record<string, string>, name: string, value: string | string[] | undefined): void => {
  if (value === undefined) return
  const text = Array.isArray(value) ? value.join(', ') : value
  if (!isFieldValue(text)) throw new CinegraphError('INPUT_INVALID', { name: `The header ${name}`, why: 'cannot be passed on as it is' })
  headers[name] = text
}
