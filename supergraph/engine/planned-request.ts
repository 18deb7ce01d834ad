import type { GraphQLSchema, ValidationRule } from 'graphql'
import type { GraphqlRequest } from '#platform/graphql/execute.ts'
import { createLimiter } from '#platform/graphql/limits/limiter.ts'
import { defaultLimits, type QueryLimits } from '#platform/graphql/limits/limits.ts'
import { inSpan } from '#platform/observe/spans.ts'
import type { ShowErrors } from './answered.ts'
import type { AskSubgraph, SubscribeSubgraph } from './ask.ts'
import type { EntityCache } from './fetch/entity-cache.ts'
import type { Finished } from './finished.ts'
import { denialOfAll, everything } from './operation/access.ts'
import { operationCache } from './operation/cache.ts'
import { type DemandControl, estimateCost, tooCostly } from './operation/demand.ts'
import type { Variables } from './operation/document.ts'
import { type Overrides, type PreparedOperation, prepare } from './operation/prepare.ts'
import type { Projection, RequestConditions } from './operation/projection.ts'
import { storedKeys } from './operation/stored-key.ts'
import { byPlannedNames } from './operation/variable-names.ts'
import { coerceVariables } from './operation/variables.ts'
import type { PlanNode, Planner } from './plan/planner.ts'
import { accessRules, type Claims } from './schema/access-rules.ts'
import { costRules } from './schema/cost-rules.ts'
import { type Contract, publicSchema } from './schema/public-schema.ts'
import { subtypes } from './schema/subtypes.ts'
import { readSupergraph } from './schema/supergraph-document.ts'

export type EngineDeps<C> = {
  readonly supergraphSdl: string
  readonly planner: Planner
  /** How a subgraph is asked, by its name and the URL that the supergraph has for it. */
  readonly ask: (subgraph: string, url: string) => AskSubgraph<C>
  /** How a subgraph is subscribed to; without it subscriptions are refused. */
  readonly subscribe?: (subgraph: string, url: string) => SubscribeSubgraph<C>
  readonly contract?: Contract
  readonly rules?: readonly ValidationRule[]
  readonly limits?: QueryLimits
  /** Whether texts may hold what PostgreSQL cannot store. */
  readonly anyText?: boolean
  /** Who asks, for `@authenticated` and its like; nobody in particular, when it is not given. */
  readonly claimsOf?: (context: C) => Claims
  /** What happens to an operation with fields that its caller may not read: they are null, or all of it is refused. */
  readonly onDenied?: 'null' | 'refuse'
  readonly demand?: DemandControl
  /** Called with the estimated cost of each operation, when demand control is not off. */
  readonly onCost?: (cost: number, context: C) => void
  readonly entityCache?: EntityCache<C> | undefined
  /** Called with each operation that was carried out. Without it fetches are not timed. */
  readonly onFinished?: (finished: Finished<C>) => void
  readonly overridesOf?: (context: C) => Overrides
  /** What clients may read of errors; everything, when it is not given. */
  readonly showErrors?: ShowErrors
  /** Bytes that prepared operations hold, with their plans and compiled forms. */
  readonly preparedBytesMax?: number
}
/** An operation of one request, with everything decided but not yet begun. */
export type PlannedRequest = {
  readonly operation: PreparedOperation
  readonly variables: Variables
  /** The same by the names that they have in what subgraphs are asked. */
  readonly sent: Variables
  readonly plan: PlanNode | null
  readonly projection: Projection
  readonly conditions: RequestConditions
}

const preparedBytesDefault = 32 * 1024 * 1024
const noOverrides: Overrides = { labels: [], percentage: 0 }
const noDemand: DemandControl = { mode: 'off', costMax: 0, listSize: 0 }
const nobody: Claims = { isAuthenticated: false, scopes: new Set(), policies: new Set() }

/** Reads a supergraph and makes what all requests share. Throws SUPERGRAPH_INVALID. */
export const openSupergraph = <C>(deps: EngineDeps<C>) => {
  const supergraph = readSupergraph(deps.supergraphSdl)
  const schema: GraphQLSchema = publicSchema(supergraph, deps.contract)
  const types = subtypes(supergraph)
  const access = accessRules(supergraph, schema)
  const costs = costRules(supergraph)
  const { limits = defaultLimits, anyText = false } = deps
  const limiter = createLimiter({ schema, listSizes: costs.listSize, anyText, limits })
  const cached = operationCache<PreparedOperation>(deps.preparedBytesMax ?? preparedBytesDefault)
  const storedKey = storedKeys(types.isFieldName)
  const hiding = types.hiding(schema)
  const parts = {
    schema,
    limiter,
    answerLimits: limits,
    rules: deps.rules ?? [],
    planner: deps.planner,
    accessRules: access,
    storedKey,
    hasHidden: (name: string) => hiding.has(name),
    ...types,
  }
  const prepared = (text: string, name?: string): PreparedOperation => cached(text, name, (grow) => prepare(text, name, { ...parts, grow }))
  const charge = chargeWith(deps, { schema, rules: costs })
  const overrides = overridesFor(deps.planner)
  /** Rejects with GraphQLErrors for the client, several as an AggregateError. */
  const planRequest = async ({ query, operationName, variables: given }: GraphqlRequest, context: C): Promise<PlannedRequest> => {
    const operation = inSpan('graphql.prepare', {}, () => prepared(query, operationName))
    operation.read.admit(given)
    const variables = coerceVariables(operation.read, given, schema)
    charge(operation, variables, context)
    const readable = operation.accessOf(() => deps.claimsOf?.(context) ?? nobody)
    if (readable.denied.length > 0 && deps.onDenied === 'refuse') throw denialOfAll(readable)
    const conditions = { variables, access: readable }
    const plan = await inSpan('graphql.plan', {}, () =>
      operation.planFor(
        conditions,
        overrides(() => deps.overridesOf?.(context)),
      ),
    )
    return {
      operation,
      variables,
      sent: byPlannedNames(operation.read.operation, variables),
      plan,
      projection: operation.projectionFor(conditions),
      conditions,
    }
  }
  const planOf = async (text: string, variables: Variables = {}, name?: string): Promise<PlanNode | null> => {
    const operation = prepared(text, name)
    operation.read.admit(variables)
    return operation.planFor({ variables, access: everything }, noOverrides)
  }
  return { supergraph, schema, types, planRequest, planOf, rowsMax: limits.answerRowsMax }
}

type Charging = { readonly schema: GraphQLSchema; readonly rules: ReturnType<typeof costRules> }

const chargeWith =
  <C>({ demand = noDemand, onCost }: EngineDeps<C>, { schema, rules }: Charging) =>
  (operation: PreparedOperation, variables: Variables, context: C): void => {
    if (demand.mode === 'off') return
    const cost = estimateCost({ schema, rules, read: operation.read, variables, listSize: demand.listSize })
    onCost?.(cost, context)
    if (demand.mode === 'enforce' && cost > demand.costMax) throw tooCostly(cost, demand.costMax)
  }

/** The labels that matter, and the percentage rounded down to a threshold: plans are kept for these. */
const overridesFor =
  ({ overrideLabels, overridePercentages }: Planner) =>
  (read: () => Overrides | undefined): Overrides => {
    const given = overrideLabels.length + overridePercentages.length === 0 ? undefined : read()
    if (given === undefined) return noOverrides
    return {
      labels: overrideLabels.filter((label) => given.labels.includes(label)),
      percentage: overridePercentages.findLast((threshold) => threshold <= given.percentage) ?? 0,
    }
  }
