import { rename, writeFile } from 'node:fs/promises'
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
  readonly demo?: { readonly email: string; readonly password: string }
}

export const linksFrom = ({ host, demo }: Config, ports: Ports): Links => {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  const at = (port: number): string => `http://${name.includes(':') ? `[${name}]` : name}:${port}`
  return {
    web: at(ports.web),
    tv: at(ports.tv),
    mobile: at(ports.mobile),
    supergraph: at(ports.supergraph),
    explorer: `${at(ports.supergraph)}/explorer`,
    origin: at(ports.origin),
    edges: [at(ports['edge-1']), at(ports['edge-2'])],
    mail: at(ports.mail),
    ...(demo ? { demo: demoMember } : {}),
  }
}

/** Writes `links.json` into the data folder: whole or not at all. */
export const writeLinks = async (dir: string, links: Links): Promise<void> => {
  const file = join(dir, 'links.json')
  await writeFile(`${file}.new`, `${JSON.stringify(links, null, 2)}\n`)
  await rename(`${file}.new`, file)
}

/** The page of links that `npm start` ends with. */
export const linksPage = (links: Links): string => {
  const rows = [
    ['Watch', links.web],
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
