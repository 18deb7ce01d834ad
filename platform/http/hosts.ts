import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import type { FastifyInstance } from 'fastify'
import { CinegraphError } from '#platform/errors/errors.ts'
import type { Config } from '#platform/settings/config.ts'

/** The name in a `Host` field (RFC 9110, section 7.2), without port, in lower case. */
const nameIn = (host: string): string =>
  (/^\[([^\]]*)\](?::\d*)?$/.exec(host)?.[1] ?? host.replace(/:\d*$/, '')).toLowerCase().replace(/\.$/, '')

/**
 * Whether a request may name this host. NOTE: a page of somebody else's reads what a server on this machine answers once the
 * page's own name is made to lead here (DNS rebinding); its requests still name that host. Addresses, and names of a single
 * label, cannot be made to lead elsewhere by whoever owns a domain; every other name has to be known.
 */
export const hostCheck = (names: readonly string[]): ((host: string | undefined) => boolean) => {
  const known = new Set([...names.map(nameIn), hostname().toLowerCase()])
  return (host) => {
    if (host === undefined || known.has('*')) return true
    const name = nameIn(host)
    return known.has(name) || isIP(name) !== 0 || !name.includes('.') || name.endsWith('.localhost')
  }
}

const isHost = (name: string | undefined): boolean => name?.length === 4 && name.toLowerCase() === 'host'

/** Whether a request has two `Host` fields, which is refused (RFC 9112, section 3.2): a proxy in front may have looked at the other one. */
const namesSeveralHosts = ({ rawHeaders }: IncomingMessage): boolean => {
  let count = 0
  for (let at = 0; at < rawHeaders.length; at += 2) if (isHost(rawHeaders[at])) count += 1
  return count > 1
}

/** Whether a target in absolute form names another host than the `Host` field, which it would replace (RFC 9112, section 3.2.2). */
const namesOtherHost = ({ url = '', headers: { host = '' } }: IncomingMessage): boolean =>
  !url.startsWith('/') && URL.canParse(url) && new URL(url).host !== host.toLowerCase()

/** Refuses requests for hosts that this server is not known by, with 421 (RFC 9110, section 15.5.20); whether it is alive everybody may ask. */
export const refuseOtherHosts = (app: Pick<FastifyInstance, 'addHook'>, names: readonly string[]): void => {
  const isKnown = hostCheck(names)
  const areChecked = !names.includes('*')
  let latest: string | undefined
  app.addHook('onRequest', (request, _reply, done) => {
    const { host } = request.headers
    if (namesSeveralHosts(request.raw) || (areChecked && namesOtherHost(request.raw)))
      return done(new CinegraphError('INPUT_INVALID', { name: 'The request', why: 'names more than one host' }))
    // NOTE: nearly all requests of a server name the same host.
    if (host === latest || request.routeOptions.url?.startsWith('/health/')) return done()
    if (!isKnown(host)) return done(new CinegraphError('HOST_UNKNOWN', { host: JSON.stringify(nameIn(host ?? '').slice(0, 100)) }))
    latest = host
    done()
  })
}

/**
 * Whether an upgrade to a WebSocket comes from a page that may read here, or from no page. NOTE: browsers let every page open a
 * WebSocket and read from it; that is for the server to refuse, by the `Origin` that they send (RFC 6455, section 10.2).
 */
export const openerCheck = (names: readonly string[], origins: readonly string[]): ((headers: IncomingHttpHeaders) => boolean) => {
  const isKnown = hostCheck(names)
  return ({ host, origin }) => {
    if (!isKnown(host)) return false
    if (origin === undefined || origins.includes('*') || origins.includes(origin)) return true
    return host !== undefined && URL.canParse(origin) && new URL(origin).host === host.toLowerCase()
  }
}

type Addresses = Pick<
  Config,
  'host' | 'adminHost' | 'publicUrl' | 'publicTvUrl' | 'publicMobileUrl' | 'publicSupergraphUrl' | 'allowedHosts'
>

/** The names by which clients and operators reach this service, by its settings. */
export const hostsFrom = (config: Addresses): readonly string[] => {
  const { host, adminHost, allowedHosts } = config
  const sites = [config.publicUrl, config.publicTvUrl, config.publicMobileUrl, config.publicSupergraphUrl].filter((site) => site !== '')
  return [host, adminHost, ...sites.map((site) => new URL(site).hostname), ...allowedHosts]
}
