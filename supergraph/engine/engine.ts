import type { GraphQLSchema, ValidationRule } from 'graphql'
import { CinegraphError } from '#platform/errors.ts'
import type { GraphqlRequest } from '#platform/graphql/execute.ts'
import { type Answered, answered, refused, type ShowErrors } from './answered.ts'
import type { AskSubgraph } from './ask.ts'
import { compilePlan, type Run, type Step } from './fetch/step.ts'
import { denialOfAll, everything } from './operation/access.ts'
import { operationCache } from './operation/cache.ts'
import { type DemandControl, estimateCost, tooCostly } from './operation/demand.ts'
import { type Overrides, type Prepared, prepare } from './operation/prepare.ts'
import { coerceVariables } from './operation/variables.ts'
import type { PlanNode, Planner } from './plan/planner.ts'
import { accessRules, type Claims } from './schema/access-rules.ts'
import { costRules } from './schema/cost-rules.ts'
import { entityKeys } from './schema/entity-keys.ts'
import { type Contract, publicSchema } from './schema/public-schema.ts'
import { subtypes } from './schema/subtypes.ts'
import { readSupergraph } from './schema/supergraph-document.ts'

export type EngineDeps<C> = {
  readonly supergraphSdl: string
  readonly planner: Planner
  /** How a subgraph is asked, by its name and the URL that the supergraph has for it. */
  readonly ask: (subgraph: string, url: string) => AskSubgraph<C>
  readonly contract?: Contract
  readonly rules?: readonly ValidationRule[]
  /** Who asks, for `@authenticated` and its like; nobody in particular, when it is not given. */
  readonly claimsOf?: (context: C) => Claims
  /** What happens to an operation with fields that its caller may not read: they are null, or all of it is refused. */
  readonly onDenied?: 'null' | 'refuse'
  readonly demand?: DemandControl
  /** Told the estimated cost of each operation, when demand control is not off. */
  readonly onCost?: (cost: number, context: C) => void
  readonly overridesOf?: (context: C) => Overrides
  /** What clients may read of errors; everything, when it is not given. */
  readonly showErrors?: ShowErrors
  /** Bytes of operation texts that are kept prepared. */
  readonly preparedBytesMax?: number
}
export type Engine<C> = {
  /** What users see. */
  readonly schema: GraphQLSchema
  readonly execute: (request: GraphqlRequest, context: C) => Promise<Answered>
  /** Makes an operation ready before anybody asks it. Rejects when it cannot be answered. */
  readonly warm: (text: string) => Promise<void>
}

const preparedBytesDefault = 4 * 1024 * 1024
const noOverrides: Overrides = { labels: [], percentage: 0 }
const noDemand: DemandControl = { mode: 'off', costMax: 0, listSize: 0 }
const nobody: Claims = { isAuthenticated: false, scopes: new Set(), policies: new Set() }
const nothing = (): undefined => undefined

/** Answers operations over a supergraph: plan, fetch, merge, project. Throws SUPERGRAPH_INVALID. */
export const createEngine = <C>(deps: EngineDeps<C>): Engine<C> => {
  const supergraph = readSupergraph(deps.supergraphSdl)
  const schema = publicSchema(supergraph, deps.contract)
  const asks = new Map([...supergraph.subgraphs].map(([name, { url }]) => [name, deps.ask(name, url)]))
  const ask = (name: string): AskSubgraph<C> => asks.get(name) ?? absent(name)
  const types = subtypes(supergraph)
  const costs = costRules(supergraph)
  const demand = deps.demand ?? noDemand
  const rules = accessRules(supergraph, schema)
  const steps = { ask, keysOf: entityKeys(supergraph), ...types }
  const compiled = new WeakMap<PlanNode, Step<C>>()
  const stepOf = (plan: PlanNode | null, canShare: boolean): Step<C> => {
    if (plan === null) return nothing
    const known = compiled.get(plan)
    if (known !== undefined) return known
    const step = compilePlan(plan, { ...steps, canShare })
    compiled.set(plan, step)
    return step
  }
  const overrides = overridesFor(deps.planner)
  const cached = operationCache<Prepared>(deps.preparedBytesMax ?? preparedBytesDefault)
  const prepared = (text: string, name?: string): Prepared =>
    cached(text, name, () => prepare(text, name, { schema, rules: deps.rules ?? [], planner: deps.planner, accessRules: rules, ...types }))
  const show: ShowErrors = deps.showErrors ?? ((errors) => errors)
  return {
    schema,
    warm: async (text) => void (await prepared(text).planFor({ variables: {}, access: everything }, noOverrides)),
    execute: async ({ query, operationName, variables: given }, context) => {
      try {
        const operation = prepared(query, operationName)
        const variables = coerceVariables(operation.read, given, schema)
        if (demand.mode !== 'off') {
          const cost = estimateCost({ schema, rules: costs, read: operation.read, variables, listSize: demand.listSize })
          deps.onCost?.(cost, context)
          if (demand.mode === 'enforce' && cost > demand.costMax) throw tooCostly(cost, demand.costMax)
        }
        const access = operation.accessOf(deps.claimsOf?.(context) ?? nobody)
        if (access.denied.length > 0 && deps.onDenied === 'refuse') throw denialOfAll(access)
        const decided = { variables, access }
        const plan = await operation.planFor(decided, overrides(deps.overridesOf?.(context)))
        const run: Run<C> = {
          root: { ...operation.introspect?.(variables) },
          errors: [],
          variables,
          context,
          shared: new Set(),
        }
        await stepOf(plan, operation.read.hasPlainKeys)(run)
        return answered(run, operation.projectionFor(decided), show)
      } catch (error) {
        return refused(error, show)
      }
    },
  }
}

/** The labels that matter, and the percentage rounded down to a threshold: plans are kept for these. */
const overridesFor =
  ({ overrideLabels, overridePercentages }: Planner) =>
  (given: Overrides | undefined): Overrides => {
    if (given === undefined || overrideLabels.length + overridePercentages.length === 0) return noOverrides
    return {
      labels: overrideLabels.filter((label) => given.labels.includes(label)),
      percentage: overridePercentages.findLast((threshold) => threshold <= given.percentage) ?? 0,
    }
  }

const absent = (subgraph: string) => async () => {
  throw new CinegraphError('SUBGRAPH_UNAVAILABLE', { name: subgraph })
}
