import { rename, writeFile } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import type { Config } from '#platform/settings/config.ts'
import { demoMember } from '../prisma/seed/members.ts'
import type { Ports } from './ports.ts'

/** Where everything is, for people, scripts and tests. */
export type Links = {
  readonly web: string
  readonly tv: string
  readonly mobile: string
  readonly supergraph: string
  readonly explorer: string
  readonly origin: string
  readonly edges: readonly string[]
  readonly mail: string
  /** Figures of each process, for operators. */
  readonly metrics: readonly string[]
  /** Other addresses of the page, when it listens on all of this machine's. */
  readonly alsoAt?: readonly string[]
  readonly demo?: { readonly email: string; readonly password: string }
}

const isEveryAddress = (host: string): boolean => host === '0.0.0.0' || host === '::'

/** Addresses of this machine in the networks that it is in. */
const networkAddresses = (): readonly string[] =>
  Object.values(networkInterfaces()).flatMap((addresses = []) =>
    addresses.filter(({ internal, family }) => !internal && family === 'IPv4').map(({ address }) => address),
  )

const siteAt = (host: string, port: number, protocol = 'http:'): string => `${protocol}//${host.includes(':') ? `[${host}]` : host}:${port}`

/** Where the processes of this machine reach each other, whatever clients are told. */
export const innerUrls = ({ host, originUrl, supergraphUrl }: Config, ports: Ports) => {
  const here = isEveryAddress(host) ? '127.0.0.1' : host
  return { originUrl: originUrl || siteAt(here, ports.origin), supergraphUrl: supergraphUrl || siteAt(here, ports.supergraph) }
}

/** The settings from which a child process makes the same links. */
export const publicUrls = ({ web, tv, mobile, supergraph, origin, edges }: Links) => ({
  publicUrl: web,
  publicTvUrl: tv,
  publicMobileUrl: mobile,
  publicSupergraphUrl: supergraph,
  publicOriginUrl: origin,
  edgeUrls: edges,
})

const metricsPlaces = ['control-plane-admin', 'origin-admin', 'edge-1-admin', 'edge-2-admin', 'mail'] as const

/**
 * What clients are told: the addresses that settings name. What has none of its own is at the host of `--public-url`, at its
 * own port; without that too, at `--host`, or at this machine's first address in a network when it listens on every one.
 */
export const linksFrom = (config: Config, ports: Ports, addresses = networkAddresses()): Links => {
  const { host, adminHost, publicUrl, demo } = config
  const forOperators = (port: number): string => siteAt(isEveryAddress(adminHost) ? '127.0.0.1' : adminHost, port)
  const [first = '127.0.0.1', ...more] = isEveryAddress(host) ? [...addresses, '127.0.0.1'] : [host]
  const base = publicUrl === '' ? undefined : new URL(publicUrl)
  const at = (port: number): string => (base === undefined ? siteAt(first, port) : `${base.protocol}//${base.hostname}:${port}`)
  const supergraph = config.publicSupergraphUrl || at(ports.supergraph)
  return {
    web: publicUrl || at(ports.web),
    tv: config.publicTvUrl || at(ports.tv),
    mobile: config.publicMobileUrl || at(ports.mobile),
    supergraph,
    explorer: `${supergraph}/explorer`,
    origin: config.publicOriginUrl || at(ports.origin),
    edges: config.edgeUrls.length > 0 ? config.edgeUrls : [at(ports['edge-1']), at(ports['edge-2'])],
    mail: forOperators(ports.mail),
    metrics: metricsPlaces.map((place) => `${forOperators(ports[place])}/metrics`),
    ...(isEveryAddress(host)
      ? { alsoAt: (base === undefined ? more : [first, ...more]).map((address) => siteAt(address, ports.web)) }
      : {}),
    ...(demo ? { demo: demoMember } : {}),
  }
}

/** Writes `links.json` into the data folder, atomically. */
export const writeLinks = async (dir: string, links: Links): Promise<void> => {
  const file = join(dir, 'links.json')
  await writeFile(`${file}.new`, `${JSON.stringify(links, null, 2)}\n`)
  await rename(`${file}.new`, file)
}

/** The page of links that `npm start` ends with. */
export const linksPage = (links: Links): string => {
  const rows = [
    ['Watch', [links.web, ...(links.alsoAt ?? [])].join('  ')],
    ['TV BFF', `${links.tv}/graphql`],
    ['Phone BFF', `${links.mobile}/graphql`],
    ['Browse the graph', links.explorer],
    ['Mail that was sent', links.mail],
    ['Edges', links.edges.join('  ')],
    ...(links.demo ? [['Sign in as', `${links.demo.email}  ${links.demo.password}`]] : []),
  ]
  return [
    '',
    '  Cinegraph is up. Ctrl-C stops it.',
    '',
    ...rows.map(([what = '', where = '']) => `  ${what.padEnd(20)} ${where}`),
    '',
  ].join('\n')
}
