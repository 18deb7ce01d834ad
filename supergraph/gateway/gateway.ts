import { NoSchemaIntrospectionCustomRule } from 'graphql'
import { limitQuery } from '#platform/graphql/limits.ts'
import { collapse } from '#platform/resilience/collapse.ts'
import type { Answered } from '../engine/answered.ts'
import { createEngine, type Engine } from '../engine/engine.ts'
import type { PlannerProcess } from '../engine/plan/planner-process.ts'
import { claimsFrom, overridesFrom } from './claims.ts'
import { createFollow } from './follow.ts'
import { createHttpSubgraph, type Incoming } from './http-subgraph.ts'
import { operationCost } from './metrics.ts'
import type { GatewaySettings } from './settings.ts'
import { sharingKey } from './sharing.ts'
import { hideUnexpected } from './show-errors.ts'

export type GatewayDeps = { readonly supergraphSdl: string; readonly settings: GatewaySettings; readonly planning: PlannerProcess }
export type Gateway = AsyncDisposable & Pick<Engine<Incoming>, 'execute' | 'subscribe'> & { readonly engine: Engine<Incoming> }

/** Serves one version of a supergraph whose subgraphs are asked over HTTP. Throws SUPERGRAPH_INVALID. */
export const createGateway = async ({ supergraphSdl, settings, planning }: GatewayDeps): Promise<Gateway> => {
  await using stack = new AsyncDisposableStack()
  const planner = stack.use(await planning.open(supergraphSdl))
  const engine = createEngine<Incoming>({
    supergraphSdl,
    planner,
    ask: (name, url) => stack.use(createHttpSubgraph({ name, url, settings, own: settings.subgraphs[name] ?? {} })).ask,
    follow: (name, url) => createFollow({ name, url, settings, own: settings.subgraphs[name] ?? {} }),
    contract: settings.contract,
    rules: [
      limitQuery({ ...settings.limits, costMax: Number.MAX_SAFE_INTEGER }),
      ...(settings.introspection ? [] : [NoSchemaIntrospectionCustomRule]),
    ],
    claimsOf: ({ headers }) => claimsFrom(settings.claims, headers),
    onDenied: settings.authorization.mode,
    overridesOf: ({ headers }) => overridesFrom(settings.overrides, headers),
    demand: settings.demand,
    onCost: (cost) => operationCost.observe(cost),
    ...(settings.production ? { showErrors: hideUnexpected } : {}),
  })
  const owned = stack.move()
  const once = collapse<Answered>()
  const keyOf = sharingKey(settings)
  const execute: Engine<Incoming>['execute'] = (request, incoming) => {
    const key = settings.dedupe ? keyOf(request, incoming) : undefined
    return key === undefined ? engine.execute(request, incoming) : once(key, () => engine.execute(request, incoming))
  }
  return { engine, execute, subscribe: engine.subscribe, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
