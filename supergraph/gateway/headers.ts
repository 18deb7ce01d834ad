import type { IncomingHttpHeaders } from 'node:http'
import type { HeaderRules } from './settings.ts'

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
  'proxy-authorization',
  'proxy-authenticate',
])

/** Compiles rules into a function that gives the headers of a request to a subgraph. */
export const compileHeaderRules = ({
  propagate,
  set,
  remove,
}: HeaderRules): ((incoming: IncomingHttpHeaders) => Record<string, string>) => {
  const removed = new Set(remove.map((name) => name.toLowerCase()))
  const names = propagate.map((name) => name.toLowerCase()).filter((name) => !name.endsWith('*'))
  const prefixes = propagate
    .map((name) => name.toLowerCase())
    .filter((name) => name.endsWith('*'))
    .map((name) => name.slice(0, -1))
  const allowed = (name: string): boolean => !ofOneHop.has(name) && !removed.has(name)
  const exact = names.filter(allowed)
  return (incoming) => {
    const headers: Record<string, string> = {}
    for (const name of exact) put(headers, name, incoming[name])
    if (prefixes.length > 0)
      for (const [name, value] of Object.entries(incoming))
        if (allowed(name) && prefixes.some((prefix) => name.startsWith(prefix))) put(headers, name, value)
    for (const [name, value] of Object.entries(set)) headers[name.toLowerCase()] = value
    return headers
  }
}

const put = (headers: Record<string, string>, name: string, value: string | string[] | undefined): void => {
  if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
}
