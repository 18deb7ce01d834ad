import { resolve } from 'node:path'
import { settingsWithoutAdapter } from '#platform/engines/table.ts'
import { CinegraphError, isCinegraphError } from '#platform/errors/errors.ts'
import { databaseUrls } from '#platform/postgres/addresses.ts'
import { clusterUrl } from '#platform/settings/cluster-url.ts'
import { engineSettings } from '#platform/settings/engine-settings.ts'
import { readFlags } from '#platform/settings/flags.ts'
import {
  countryCode,
  type Environment,
  hostNames,
  oneOf,
  origins,
  type Setting,
  setting,
  site,
  text,
  url,
  urls,
  wholeNumber,
  yesOrNo,
} from '#platform/settings/setting.ts'
import { subgraphNames } from '#platform/settings/subgraphs.ts'
import { meantSetting, nearest, unknownSetting } from '#platform/settings/suggest.ts'

const http = url('http:', 'https:')

/** Every setting of every process. `--help`, the environment of child processes and the README's table come from here. */
export const settings = {
  data: setting('data', 'CINEGRAPH_DATA', '.cinegraph', 'folder for database, media, mail and secrets', text),
  portBase: setting(
    'port-base',
    'CINEGRAPH_PORT_BASE',
    4000,
    'first of the ports that are used (see docs/OPERATIONS.md)',
    wholeNumber(1024, 65_000),
  ),
  host: setting('host', 'CINEGRAPH_HOST', '127.0.0.1', 'address to listen on', text),
  port: setting('port', 'CINEGRAPH_PORT', 0, 'port of a single process started alone (0: any free one)', wholeNumber(0, 65_535)),
  adminHost: setting('admin-host', 'CINEGRAPH_ADMIN_HOST', '127.0.0.1', 'address of the ports for operators: metrics and mail', text),
  adminPort: setting(
    'admin-port',
    'CINEGRAPH_ADMIN_PORT',
    0,
    'port for operators of a single process started alone (0: any free one)',
    wholeNumber(0, 65_535),
  ),
  nodeName: setting('node-name', 'CINEGRAPH_NODE_NAME', '', 'name of an edge in logs and metrics, where there are several', text),
  json: setting('json', 'CINEGRAPH_JSON', false, 'print the links as one line of JSON, and logs as JSON', yesOrNo),
  logLevel: setting(
    'log-level',
    'CINEGRAPH_LOG_LEVEL',
    'info',
    'debug, info, warn or error',
    oneOf('debug', 'info', 'warn', 'error', 'silent'),
  ),
  demo: setting('demo', 'CINEGRAPH_DEMO', true, 'fill an empty database with the demo catalogue and members', yesOrNo),
  demoFootage: setting('demo-footage', 'CINEGRAPH_DEMO_FOOTAGE', true, 'make footage for a handful of demo titles', yesOrNo),
  region: setting('region', 'CINEGRAPH_REGION', 'US', 'country of a viewer when no proxy names it', countryCode),
  regionHeader: setting('region-header', 'CINEGRAPH_REGION_HEADER', '', 'header in which a trusted proxy names the country', text),
  addressHeader: setting('address-header', 'CINEGRAPH_ADDRESS_HEADER', '', 'header in which a trusted proxy names the client', text),
  accessTokenSeconds: setting(
    'access-token-seconds',
    'CINEGRAPH_ACCESS_TOKEN_SECONDS',
    600,
    'life of an access token',
    wholeNumber(1, 86_400),
  ),
  streamTokenSeconds: setting(
    'stream-token-seconds',
    'CINEGRAPH_STREAM_TOKEN_SECONDS',
    14_400,
    'life of a stream address',
    wholeNumber(1, 86_400),
  ),
  edgeMemoryMb: setting(
    'edge-memory-mb',
    'CINEGRAPH_EDGE_MEMORY_MB',
    128,
    'memory an edge may use for hot segments',
    wholeNumber(1, 1_000_000),
  ),
  processes: setting(
    'processes',
    'CINEGRAPH_PROCESSES',
    'together',
    'together: BFFs and supergraph in one process; split: in one each',
    oneOf('together', 'split'),
  ),
  silentSeconds: setting(
    'silent-seconds',
    'CINEGRAPH_SILENT_SECONDS',
    10,
    'a process whose event loop stands still for so long is ended and started again',
    wholeNumber(2, 3_600),
  ),
  databaseWaitSeconds: setting(
    'database-wait-seconds',
    'CINEGRAPH_DATABASE_WAIT_SECONDS',
    60,
    'how long a start waits for a database that does not answer yet',
    wholeNumber(0, 86_400),
  ),
  edgeUrls: setting('edge-urls', 'CINEGRAPH_EDGE_URLS', [], 'edges as clients reach them, best first: playback names these', urls),
  publicUrl: setting(
    'public-url',
    'CINEGRAPH_PUBLIC_URL',
    '',
    'address at which clients reach the page; what else they reach is at its host',
    site,
  ),
  publicTvUrl: setting('public-tv-url', 'CINEGRAPH_PUBLIC_TV_URL', '', 'address at which clients reach the TV BFF', site),
  publicMobileUrl: setting('public-mobile-url', 'CINEGRAPH_PUBLIC_MOBILE_URL', '', 'address at which clients reach the phone BFF', site),
  publicSupergraphUrl: setting(
    'public-supergraph-url',
    'CINEGRAPH_PUBLIC_SUPERGRAPH_URL',
    '',
    'address at which people reach the supergraph',
    site,
  ),
  publicOriginUrl: setting(
    'public-origin-url',
    'CINEGRAPH_PUBLIC_ORIGIN_URL',
    '',
    'address to which uploads are sent (none: the origin URL)',
    site,
  ),
  corsOrigins: setting(
    'cors-origins',
    'CINEGRAPH_CORS_ORIGINS',
    [],
    'origins of other pages that may ask BFFs, supergraph and edges, or `*`; without it only edges answer all',
    origins,
  ),
  documents: setting(
    'documents',
    'CINEGRAPH_DOCUMENTS',
    'any',
    'what BFFs answer: `any` operation, or only `registered` ones (npm run bff:register)',
    oneOf('any', 'registered'),
  ),
  allowedHosts: setting(
    'allowed-hosts',
    'CINEGRAPH_ALLOWED_HOSTS',
    [],
    'further names by which this service is reached, or `*`; requests for other names with a dot are refused',
    hostNames,
  ),
  originUrl: setting('origin-url', 'CINEGRAPH_ORIGIN_URL', '', 'origin that edges fill from', http),
  supergraphUrl: setting('supergraph-url', 'CINEGRAPH_SUPERGRAPH_URL', '', 'supergraph that a BFF or worker started alone asks', http),
  apolloKey: setting('apollo-key', 'APOLLO_KEY', '', 'key of a graph in Apollo Studio, to which operations are then reported', text),
  apolloGraphRef: setting('apollo-graph-ref', 'APOLLO_GRAPH_REF', '', 'that graph and its variant: name@variant', text),
  otlpUrl: setting('otlp-url', 'OTEL_EXPORTER_OTLP_ENDPOINT', '', 'OpenTelemetry collector that spans are sent to, OTLP over HTTP', http),
  databaseUrl: setting(
    'database-url',
    'DATABASE_URL',
    '',
    'PostgreSQL to use instead of the embedded one; several hosts: whichever takes writes',
    clusterUrl(databaseUrls),
  ),
  ...engineSettings,
} as const

/** One per subgraph: where it answers when it does not run in this process. */
const subgraphUrls = Object.fromEntries(
  subgraphNames.map((name) => [
    name,
    setting(`${name}-url`, `CINEGRAPH_${name.toUpperCase()}_URL`, '', `${name} subgraph on another machine`, http),
  ]),
)

type Values = { -readonly [K in keyof typeof settings]: (typeof settings)[K] extends Setting<infer T> ? T : never }
export type Config = Readonly<Widen<Values>> & {
  /** By the name of the subgraph; empty for one that runs in this process. */
  readonly subgraphUrls: Readonly<Record<string, string>>
}
type Widen<T> = {
  [K in keyof T]: T[K] extends string
    ? K extends 'logLevel'
      ? T[K]
      : string
    : T[K] extends number
      ? number
      : T[K] extends boolean
        ? boolean
        : readonly string[]
}

const entries: readonly (readonly [string, Setting<unknown>])[] = [...Object.entries(settings), ...Object.entries(subgraphUrls)]

/**
 * Reads flags over environment over defaults. Returns all that is wrong at once: throws one error whose `errors`
 * hold a SETTING_* error per fault.
 */
export const readConfig = (args: readonly string[], env: Environment): Config => {
  const faults: CinegraphError[] = []
  const flags = readFlags(
    args,
    entries.map(([, each]) => ({ name: each.flag, boolean: typeof each.value === 'boolean' })),
    faults,
  )
  faults.push(...unknownNames(env))
  for (const name of settingsWithoutAdapter) if (env[name]) faults.push(new CinegraphError('SETTING_UNSUPPORTED', { name }))
  const read = (from: Readonly<Record<string, Setting<unknown>>>) =>
    Object.fromEntries(Object.entries(from).map(([key, each]) => [key, readOne(each, flags, { env, faults })]))
  const config = { ...read(settings), subgraphUrls: read(subgraphUrls) } as Config
  if (faults.length > 0) throw new AggregateError(faults, faults.map((fault) => fault.message).join('\n'))
  return { ...config, data: resolve(config.data) }
}

/** Names in the environment that are meant for us and are none of ours, each with the one that was most likely meant. */
const unknownNames = (env: Environment): readonly CinegraphError[] => {
  const known = [...entries.map(([, each]) => each.env), ...settingsWithoutAdapter]
  const names = Object.keys(env).filter((name) => (env[name] ?? '') !== '' && !known.includes(name) && !name.startsWith('CINEGRAPH_TEST_'))
  return names.flatMap((name) => {
    const meant = meantSetting(name, known)
    if (meant !== undefined) return [unknownSetting(name, meant)]
    return name.startsWith('CINEGRAPH_') ? [unknownSetting(name, nearest(name, known))] : []
  })
}

const readOne = (
  each: Setting<unknown>,
  flags: Readonly<Record<string, string | undefined>>,
  { env, faults }: { env: Environment; faults: CinegraphError[] },
): unknown => {
  const raw = flags[each.flag] ?? env[each.env]
  if (raw === undefined || raw === '') return each.value
  try {
    return each.parse(raw, flags[each.flag] === undefined ? each.env : `--${each.flag}`)
  } catch (error) {
    if (!isCinegraphError(error)) throw error
    faults.push(error)
    return each.value
  }
}

/**
 * The environment that makes a child process read the same configuration. What has no value is not set at all: libraries
 * read some of these names too, and take an empty text for a value.
 */
export const environmentOf = ({ subgraphUrls: addresses, ...config }: Config): Environment => {
  const given: readonly (readonly [Setting<unknown> | undefined, unknown])[] = [
    ...Object.entries(config).map(([key, value]) => [settings[key as keyof typeof settings], value] as const),
    ...Object.entries(addresses).map(([name, address]) => [subgraphUrls[name], address] as const),
  ]
  return Object.fromEntries(
    given.flatMap(([each, value]) =>
      each === undefined ? [] : [[each.env, value === '' && each.value === '' ? undefined : String(value)]],
    ),
  )
}

/** The text of `--help`. */
export const helpText = (): string => {
  const rows = entries.map(
    ([, each]) => `  --${each.flag.padEnd(22)} ${each.env.padEnd(32)} ${each.help} (${String(each.value) || 'none'})`,
  )
  return [
    'npm start -- [settings]',
    '',
    '  flag                     environment                      what it is (default)',
    ...rows,
    '',
  ].join('\n')
}
