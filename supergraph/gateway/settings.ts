import { parseArgs } from 'node:util'
import type { z } from 'zod'
import { CinegraphError, messageOf } from '#platform/errors/errors.ts'
import { readSettingsFile } from './settings-file.ts'
import { type HeaderRules as HeaderRulesSchema, Settings, type Subgraph } from './settings-schema.ts'

export type SupergraphSource = { readonly what: string } & (
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'uplink'; readonly graphRef: string; readonly key: string; readonly endpoints?: readonly string[] | undefined }
  | { readonly kind: 'compose'; readonly subgraphs: Readonly<Record<string, string>>; readonly pollMs: number }
)
export type GatewaySettings = z.infer<typeof Settings> & { readonly source: SupergraphSource }
export type SubgraphSettings = z.infer<typeof Subgraph>
export type HeaderRules = z.infer<typeof HeaderRulesSchema>

const flags = {
  supergraph: { type: 'string' },
  port: { type: 'string' },
  host: { type: 'string' },
  config: { type: 'string' },
  'log-level': { type: 'string' },
  watch: { type: 'boolean' },
  production: { type: 'boolean' },
} as const

/** Flags over the config file over defaults. Throws SETTING_UNKNOWN and SETTING_INVALID, all that is wrong in one AggregateError. */
export const readGatewaySettings = async (
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<GatewaySettings> => {
  const given = readFlags(args)
  const file = given.config === undefined ? {} : await readSettingsFile(given.config, env)
  const { 'log-level': logLevel, port, config: _config, ...rest } = given
  const merged = {
    ...([given.supergraph, file.supergraph, file.uplink, file.compose].some((named) => named !== undefined) ? {} : uplinkFrom(env)),
    ...(env.APOLLO_KEY && env.APOLLO_GRAPH_REF ? { studio: { key: env.APOLLO_KEY, graphRef: env.APOLLO_GRAPH_REF } } : {}),
    ...(env.OTEL_EXPORTER_OTLP_ENDPOINT ? { otlpUrl: env.OTEL_EXPORTER_OTLP_ENDPOINT } : {}),
    ...file,
    ...rest,
    ...(logLevel === undefined ? {} : { logLevel }),
    ...(port === undefined ? {} : { port: Number(port) }),
  }
  return parseGatewaySettings(merged)
}

/** Settings of any origin, checked. Throws an AggregateError of all that is wrong. */
export const parseGatewaySettings = (given: object): GatewaySettings => {
  const read = Settings.safeParse(given)
  if (!read.success) throw faults(read.error)
  return { ...read.data, source: sourceOf(read.data) }
}

/** The file that `--config` names. */
export const settingsFileIn = (args: readonly string[]): string | undefined => readFlags(args).config

const sourceOf = ({ supergraph, uplink, compose }: z.infer<typeof Settings>): SupergraphSource => {
  const sources: readonly SupergraphSource[] = [
    ...(supergraph === undefined ? [] : [{ kind: 'file' as const, file: supergraph, what: supergraph }]),
    ...(uplink === undefined ? [] : [{ kind: 'uplink' as const, ...uplink, what: `Apollo Uplink, ${uplink.graphRef}` }]),
    ...(compose === undefined ? [] : [{ kind: 'compose' as const, ...compose, what: Object.keys(compose.subgraphs).join(', ') }]),
  ]
  const [source] = sources
  if (source !== undefined && sources.length === 1) return source
  const why =
    sources.length === 0
      ? 'it has to name the file of a composed supergraph; a config file may have `uplink` or `compose` instead'
      : 'only one of `supergraph`, `uplink` and `compose` can be where the supergraph comes from'
  throw new CinegraphError('GATEWAY_OPTION', { name: '--supergraph', why })
}

/** The names that Apollo's own tools read. */
const uplinkFrom = ({ APOLLO_KEY, APOLLO_GRAPH_REF, APOLLO_UPLINK_ENDPOINTS }: Readonly<Record<string, string | undefined>>) =>
  APOLLO_KEY && APOLLO_GRAPH_REF
    ? {
        uplink: {
          key: APOLLO_KEY,
          graphRef: APOLLO_GRAPH_REF,
          ...(APOLLO_UPLINK_ENDPOINTS ? { endpoints: APOLLO_UPLINK_ENDPOINTS.split(',') } : {}),
        },
      }
    : {}

const readFlags = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options: flags, allowNegative: true }).values
  } catch (error) {
    const name = /'([^']+)'/.exec(messageOf(error))?.[1] ?? messageOf(error)
    throw new CinegraphError('GATEWAY_OPTION', { name, why: messageOf(error).split('.')[0] ?? '' }, error)
  }
}

const faults = (error: z.ZodError): AggregateError => {
  const all = error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => new CinegraphError('GATEWAY_OPTION', { name: [...issue.path, key].join('.'), why: 'it is not known' }))
      : [new CinegraphError('SETTING_INVALID', { name: issue.path.join('.'), value: 'given', wanted: issue.message })],
  )
  return new AggregateError(all, all.map(({ message }) => message).join('\n'))
}
