import { NoSchemaIntrospectionCustomRule } from 'graphql'
import type { GraphqlRequest } from '#platform/graphql/execute.ts'
import type { Log } from '#platform/observe/log.ts'
import { collapse } from '#platform/resilience/collapse.ts'
import type { Answered, ShowErrors } from '../engine/answered.ts'
import { createEngine, type Engine } from '../engine/engine.ts'
import { fetchesOf } from '../engine/plan/fetches.ts'
import type { Planner } from '../engine/plan/planner.ts'
import type { PlannerProcess } from '../engine/plan/planner-process.ts'
import { claimsFrom, overridesFrom } from './claims.ts'
import { createEntityStore, type EntityStore } from './entity-cache.ts'
import type { Hooks } from './hook-types.ts'
import { createHttpSubgraph } from './http-subgraph.ts'
import type { Incoming } from './incoming.ts'
import { operationCost } from './metrics.ts'
import { createResponseCache } from './response-cache.ts'
import type { GatewaySettings } from './settings.ts'
import { callerKey, sharingKey } from './sharing.ts'
import { hideUnexpected, withoutServerDetails } from './show-errors.ts'
import type { Repeated, Studio } from './studio.ts'
import type { Client } from './studio-trace.ts'
import { createSubscribe } from './subscribe.ts'

export type GatewayDeps = {
  readonly supergraphSdl: string
  readonly settings: GatewaySettings
  readonly planning: PlannerProcess
  readonly log: Log
  readonly hooks?: readonly Hooks[]
}
export type Gateway = AsyncDisposable &
  Pick<Engine<Incoming>, 'execute' | 'executeInParts' | 'subscribe'> & {
    readonly engine: Engine<Incoming>
    /** Forgets kept answers that have one of these tags, and returns how many there were. */
    readonly forget: (tags: readonly string[]) => number
  }

/** Serves one version of a supergraph whose subgraphs are asked over HTTP. Throws SUPERGRAPH_INVALID. */
export const createGateway = async ({ supergraphSdl, settings, planning, log, hooks = [] }: GatewayDeps): Promise<Gateway> => {
  await using stack = new AsyncDisposableStack()
  const planner = stack.use(await planning.open(supergraphSdl))
  const entities = settings.cache?.entities ? createEntityStore(settings.cache.bytesMax, callerKey(settings)) : undefined
  const reporting: { studio?: Studio<Incoming> } = {}
  const engine = createEngine<Incoming>({
    supergraphSdl,
    planner: tellingPlans(planner, hooks),
    ask: (name, url) => stack.use(createHttpSubgraph({ name, url, settings, own: settings.subgraphs[name] ?? {}, log, hooks })).ask,
    subscribe: (name, url) => createSubscribe({ name, url, settings, own: settings.subgraphs[name] ?? {}, hooks }),
    contract: settings.contract,
    limits: settings.limits,
    anyText: true,
    rules: settings.introspection ? [] : [NoSchemaIntrospectionCustomRule],
    claimsOf: ({ headers, bearer }) => bearer?.claims ?? claimsFrom(settings.claims, headers),
    onDenied: settings.authorization.mode,
    overridesOf: ({ headers }) => overridesFrom(settings.overrides, headers),
    demand: settings.demand,
    onCost: (cost) => operationCost.observe(cost),
    entityCache: entities,
    ...(settings.studio ? { onFinished: (finished) => reporting.studio?.record(finished) } : {}),
    showErrors: showErrorsOf(settings),
  })
  if (settings.studio) {
    const { openStudio } = await import('./studio.ts')
    reporting.studio = stack.use(openStudio({ ...settings.studio, supergraphSdl, schema: engine.schema, clientOf, log }))
  }
  const owned = stack.move()
  const repeat = (repeated: Repeated<Incoming>): void => reporting.studio?.repeat(repeated)
  const isShared = settings.dedupe && hooks.every(({ onSubgraphRequest }) => onSubgraphRequest === undefined)
  const answering = remembering(engine, { ...settings, dedupe: isShared }, { entities, repeat })
  const { subscribe, executeInParts } = engine
  return { engine, ...answering, subscribe, executeInParts, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** Says each plan that is made to the hooks that want to know. */
const tellingPlans = (planner: Planner, hooks: readonly Hooks[]): Planner => {
  const told = hooks.flatMap(({ onPlan }) => onPlan ?? [])
  if (told.length === 0) return planner
  const { overrideLabels, overridePercentages } = planner
  const plan: Planner['plan'] = async (request) => {
    const made = await planner.plan(request)
    const fetches = made === null ? [] : fetchesOf(made).map(({ subgraph, operation: query }) => ({ subgraph, query }))
    for (const tell of told) tell({ operation: request.text, fetches })
    return made
  }
  return { overrideLabels, overridePercentages, plan }
}

const showErrorsOf = ({ production, subgraphDetails }: GatewaySettings): ShowErrors => {
  const details: ShowErrors = subgraphDetails ? (errors) => errors : withoutServerDetails
  return production ? (errors) => details(hideUnexpected(errors)) : details
}

/** The engine behind what is kept: whole answers for a while, identical queries in flight. */
const remembering = (
  engine: Engine<Incoming>,
  settings: GatewaySettings,
  { entities, repeat }: { readonly entities: EntityStore | undefined; readonly repeat: (repeated: Repeated<Incoming>) => void },
): Pick<Gateway, 'execute' | 'forget'> => {
  const keyOf = sharingKey(settings)
  const cache = settings.cache && createResponseCache(settings.cache.bytesMax, keyOf)
  const share = sharing(engine, settings.dedupe ? keyOf : () => undefined, repeat)
  return {
    execute: async (request, incoming) => {
      const found = cache?.find(request, incoming)
      if (found !== undefined) {
        repeat({ request, context: incoming, isKept: true, beganAt: Date.now() })
        return found
      }
      const answer = await share(request, incoming)
      cache?.keep(request, incoming, answer)
      return answer
    },
    forget: (tags) => (cache?.forget(tags) ?? 0) + (entities?.forget(tags) ?? 0),
  }
}

const clientOf = ({ headers }: Incoming): Client => ({
  name: String(headers['apollographql-client-name'] ?? ''),
  version: String(headers['apollographql-client-version'] ?? ''),
})

/** Queries in flight that have the same key are one. */
const sharing = (
  engine: Engine<Incoming>,
  keyOf: (request: GraphqlRequest, incoming: Incoming) => string | undefined,
  repeat: (repeated: Repeated<Incoming>) => void,
): Engine<Incoming>['execute'] => {
  const once = collapse<Answered>()
  return (request, incoming) => {
    const key = keyOf(request, incoming)
    if (key === undefined) return engine.execute(request, incoming)
    let isFirst = false
    const beganAt = Date.now()
    const answer = once(key, () => {
      isFirst = true
      return engine.execute(request, incoming)
    })
    return isFirst ? answer : answer.finally(() => repeat({ request, context: incoming, isKept: false, beganAt }))
  }
}
