import { z } from 'zod'
import { defaultQuota } from '#platform/graphql/limits/subscription-quota.ts'
import { planMsDefault } from '../engine/plan/planner-process.ts'
import { Breaker, breakerDefaults } from './breaker-settings.ts'
import { gatewayLimits, Limits } from './limits-settings.ts'
import { studioDefaults } from './studio-settings.ts'

/** Header names as they are on the wire; `x-*` stands for every header that begins so. */
export const HeaderRules = z.strictObject({
  propagate: z.array(z.string()).default([]),
  set: z.record(z.string(), z.string()).default({}),
  remove: z.array(z.string()).default([]),
})
/** A share of callers gets something new, and the old again by itself when the new does worse. */
const Trial = z.strictObject({
  percent: z.number().min(0).max(100).default(5),
  requestsMin: z.int().min(1).default(50),
  errorShareMore: z.number().min(0).default(0.02),
  latencyTimes: z.number().min(1).default(2),
})
export const Subgraph = z.strictObject({
  url: z.url().optional(),
  timeoutMs: z.int().min(1).optional(),
  retries: z.int().min(0).max(5).optional(),
  concurrent: z.int().min(1).optional(),
  hedgeMs: z.int().min(1).optional(),
  breaker: Breaker.optional(),
  compressed: z.boolean().optional(),
  headers: HeaderRules.optional(),
  /** A new version of the subgraph for some callers. */
  canary: Trial.extend({ url: z.url() }).optional(),
  /** Another version that a share of reads is asked of too, to compare. */
  shadow: z.strictObject({ url: z.url(), share: z.number().min(0).max(1) }).optional(),
  subscriptions: z.strictObject({ protocol: z.enum(['ws', 'sse']).default('sse'), url: z.url().optional() }).optional(),
})
/** What a coprocessor is told at a stage. */
const Stage = z.strictObject({ headers: z.boolean().default(false), context: z.boolean().default(false), body: z.boolean().default(false) })
const Stages = z.strictObject({ request: Stage.optional(), response: Stage.optional() })
const Coprocessor = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  timeoutMs: z.int().min(1).default(1_000),
  router: Stages.default({}),
  supergraph: Stages.default({}),
  subgraph: z.strictObject({ all: Stages.default({}) }).default({ all: {} }),
})
/** So many operations within so many seconds by one caller. */
const RateLimit = z.strictObject({
  by: z.union([z.enum(['address', 'subject', 'client']), z.templateLiteral(['header:', z.string().min(1)])]),
  operation: z.string().optional(),
  max: z.int().min(1),
  seconds: z.int().min(1).default(60),
})
export const Settings = z.strictObject({
  supergraph: z.string().optional(),
  /** The supergraph of a graph in Apollo Studio. `APOLLO_KEY` and `APOLLO_GRAPH_REF` stand for it. */
  uplink: z.strictObject({ graphRef: z.string(), key: z.string(), endpoints: z.array(z.url()).optional() }).optional(),
  /** Subgraphs that are asked for their schemas, and composed, again and again. */
  compose: z.strictObject({ subgraphs: z.record(z.string(), z.url()), pollMs: z.int().min(500).default(10_000) }).optional(),
  host: z.string().default('127.0.0.1'),
  port: z.int().min(0).max(65_535).default(4000),
  /** Files of a certificate with its chain, and of its key, in PEM: clients come by TLS then. */
  tls: z.strictObject({ cert: z.string(), key: z.string() }).optional(),
  logLevel: z.enum(['silent', 'error', 'warn', 'info', 'debug']).default('info'),
  /** Serve a changed supergraph file without a restart. */
  watch: z.boolean().default(true),
  /** Hide the messages of unexpected errors. */
  production: z.boolean().default(false),
  /** Show stack traces and file paths of subgraphs to clients: for development. */
  subgraphDetails: z.boolean().default(false),
  /** Origins of pages that may ask the gateway; `*` stands for all. */
  corsOrigins: z.array(z.union([z.literal('*'), z.url({ protocol: /^https?$/ }).transform((url) => new URL(url).origin)])).default([]),
  /** Further names by which the gateway is reached; `*` stands for all. A request for another name with a dot is refused. */
  allowedHosts: z.array(z.string().min(1)).default([]),
  introspection: z.boolean().default(true),
  /** Whether anybody may have plans made at `/explain`; not in production, unless it says so. */
  explain: z.boolean().optional(),
  /** Where `/metrics` is: another port, which only this machine reaches unless another address is named. */
  adminHost: z.string().default('127.0.0.1'),
  adminPort: z.int().min(0).max(65_535).default(0),
  /** How long a subgraph may take, how often a query is tried again, how many requests run at a time. */
  timeoutMs: z.int().min(1).default(10_000),
  retries: z.int().min(0).max(5).default(1),
  concurrent: z.int().min(1).default(500),
  breaker: Breaker.default(breakerDefaults),
  /** Ask subgraphs for compressed answers: less traffic, more CPU. */
  compressed: z.boolean().default(false),
  dedupe: z.boolean().default(true),
  headers: HeaderRules.default({ propagate: ['authorization', 'traceparent', 'tracestate'], set: {}, remove: [] }),
  subgraphs: z.record(z.string(), Subgraph).default({}),
  limits: Limits.default(gatewayLimits),
  demand: z
    .strictObject({
      mode: z.enum(['off', 'measure', 'enforce']).default('off'),
      costMax: z.number().min(1).default(1_000),
      listSize: z.int().min(0).default(10),
    })
    .default({ mode: 'off', costMax: 1_000, listSize: 10 }),
  /** Subscriptions at a time: over one WebSocket, by the subject of one token, and in all. */
  subscriptions: z
    .strictObject({
      perSocketMax: z.int().min(1).default(defaultQuota.perSocketMax),
      perAccountMax: z.int().min(1).default(defaultQuota.perAccountMax),
      perProcessMax: z.int().min(1).default(defaultQuota.perProcessMax),
    })
    .default(defaultQuota),
  /** Labels of `@override(label:)` that are on; `percent(n)` needs no mention. */
  overrides: z.array(z.string()).default([]),
  authorization: z.strictObject({ mode: z.enum(['null', 'refuse']) }).default({ mode: 'null' }),
  /** Where the scopes and policies of a request come from: headers that a trusted proxy sets. */
  claims: z.strictObject({ authenticatedHeader: z.string(), scopesHeader: z.string(), policiesHeader: z.string() }).partial().default({}),
  /** Access tokens that the gateway verifies, by the keys that their issuer publishes (JWKS). */
  jwt: z
    .strictObject({
      jwks: z.url({ protocol: /^https?$/ }),
      issuer: z.string().optional(),
      audience: z.string().optional(),
      header: z.string().default('authorization'),
      scopesClaim: z.string().default('scope'),
      policiesClaim: z.string().default('policies'),
    })
    .optional(),
  contract: z
    .strictObject({ include: z.array(z.string()), exclude: z.array(z.string()) })
    .partial()
    .default({}),
  trustedDocuments: z.strictObject({ file: z.string(), only: z.boolean().default(false) }).optional(),
  persistedQueries: z.boolean().default(true),
  batchMax: z.int().min(0).default(10),
  /** A share of callers goes to another supergraph file, and back by itself when that one does worse. */
  canary: Trial.extend({ supergraph: z.string() }).optional(),
  /** A share of live queries is answered a second time by the reference engine, and differences are logged. */
  shadow: z.strictObject({ share: z.number().min(0).max(1) }).optional(),
  /** Whole answers are kept as long as the `Cache-Control` of all their parts allows; `key` is what a request to forget tags must show. */
  cache: z
    .strictObject({
      bytesMax: z
        .int()
        .min(1)
        .default(64 * 1024 * 1024),
      key: z.string().min(8).optional(),
      /** Also single entities, so that an answer of which one part is new asks for that part only. */
      entities: z.boolean().default(true),
    })
    .optional(),
  /** Reports operations to Apollo Studio, and asks subgraphs for their traces (ftv1). With APOLLO_KEY and APOLLO_GRAPH_REF it is on. */
  studio: z
    .strictObject({
      key: z.string(),
      graphRef: z.string(),
      url: z.url().default(studioDefaults.url),
      sendEveryMs: z.int().min(50).default(studioDefaults.sendEveryMs),
    })
    .optional(),
  /** A module of hooks (TypeScript or JavaScript), beside the settings file. */
  hooks: z.string().optional(),
  /** A service that is asked at stages of each operation, as Apollo Router does. */
  coprocessor: Coprocessor.optional(),
  rateLimits: z.array(RateLimit).default([]),
  slowMs: z.int().min(1).default(1_000),
  planMs: z.int().min(10).default(planMsDefault),
  /** An OpenTelemetry collector, OTLP over HTTP. `OTEL_EXPORTER_OTLP_ENDPOINT` stands for it. */
  otlpUrl: z.string().default(''),
})
