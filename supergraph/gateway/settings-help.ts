import { z } from 'zod'
import { Settings } from './settings-schema.ts'

/** What each setting does, in a sentence; `docs/SUPERGRAPH.md` has more. */
const texts: Readonly<Record<keyof z.input<typeof Settings>, string>> = {
  supergraph: 'file of a composed Federation 2 supergraph',
  uplink: 'the supergraph comes from Apollo Uplink',
  compose: 'subgraphs are asked for their schemas, and composed',
  host: 'address to listen on',
  port: 'port to listen on; 0 takes a free one',
  tls: 'files of the certificate and its key: clients come by TLS',
  logLevel: 'what is logged',
  watch: 'serve a changed supergraph, and changed settings, without a restart',
  production: 'hide the messages of unexpected errors',
  subgraphDetails: 'show stack traces and file paths of subgraphs to clients',
  corsOrigins: 'origins of pages that may ask; * stands for all',
  allowedHosts: 'names that the gateway answers to, besides its own',
  introspection: 'whether the schema may be asked for',
  explain: 'whether anybody may have plans made at /explain',
  adminHost: 'address of /metrics',
  adminPort: 'port of /metrics; 0 takes a free one',
  timeoutMs: 'how long a subgraph may take',
  retries: 'how often a query is tried again',
  concurrent: 'requests to one subgraph at a time',
  breaker: 'when a subgraph that fails is left alone, and for how long',
  compressed: 'ask subgraphs for compressed answers',
  dedupe: 'identical queries in flight are one',
  headers: 'which headers reach subgraphs',
  subgraphs: 'the same by subgraph, and their addresses',
  limits: 'what one operation may be and cost',
  demand: 'demand control by @cost and @listSize',
  subscriptions: 'subscriptions at a time',
  overrides: 'labels of @override that are on',
  authorization: 'what happens to fields that a caller may not read',
  claims: 'headers of a trusted proxy that say who asks',
  jwt: 'access tokens that the gateway verifies',
  contract: 'which part of the graph is served, by @tag',
  trustedDocuments: 'operations that are known, and whether others are refused',
  persistedQueries: 'automatic persisted queries',
  batchMax: 'operations in one batch',
  canary: 'another supergraph for some callers',
  shadow: 'share of queries that the reference engine answers too',
  cache: 'keeps answers as long as they allow',
  studio: 'reports operations to Apollo Studio',
  hooks: 'module whose functions are called on the way of each operation',
  coprocessor: 'service that is asked at stages of each operation',
  rateLimits: 'how often one caller may ask',
  slowMs: 'slower operations are logged',
  planMs: 'how long the plan of an operation may take',
  otlpUrl: 'OpenTelemetry collector',
}

type JsonSchema = {
  readonly type?: string
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
}

/** The JSON Schema of the settings file, for completion in editors. */
export const settingsSchema = (): object => {
  const schema = z.toJSONSchema(Settings, { io: 'input', unrepresentable: 'any' }) as JsonSchema
  const properties = Object.entries(schema.properties ?? {}).map(([name, each]) => [name, { description: textOf(name), ...each }])
  return { ...schema, title: 'Settings of the gateway', properties: Object.fromEntries(properties) }
}

const textOf = (name: string): string => (texts as Readonly<Record<string, string>>)[name] ?? ''

const kindOf = ({ type = 'object', enum: values }: JsonSchema): string => (values === undefined ? type : values.join(' | '))

const lineOf = (name: string, schema: JsonSchema): string => {
  const { default: fallback } = schema
  const shown = fallback === undefined || typeof fallback === 'object' ? '' : ` (${fallback})`
  return `  ${name.padEnd(18)}${`${kindOf(schema)}${shown}`.padEnd(30)} ${textOf(name)}`
}

export const gatewayHelp = (): string => {
  const { properties = {} } = settingsSchema() as JsonSchema
  return `npm run supergraph -- --supergraph FILE [--port N] [--host ADDRESS] [--config FILE] [--log-level LEVEL] [--no-watch] [--production]

  --supergraph FILE   a composed Federation 2 supergraph; without it, the graph that APOLLO_KEY and APOLLO_GRAPH_REF name
  --config FILE       settings in JSON or YAML; flags win over it
  --schema            print the JSON Schema of that file, for completion in editors

Settings of the file; \${env.NAME} and \${env.NAME:-otherwise} in it stand for environment variables:

${Object.entries(properties)
  .map(([name, schema]) => lineOf(name, schema))
  .join('\n')}

What each of them takes is in docs/SUPERGRAPH.md.
`
}
