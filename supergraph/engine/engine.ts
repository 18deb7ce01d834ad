import type { GraphQLSchema, ValidationRule } from 'graphql'
import { CinegraphError } from '#platform/errors.ts'
import type { GraphqlRequest } from '#platform/graphql/execute.ts'
import { type Answered, answered, refused, type ShowErrors } from './answered.ts'
import type { AskSubgraph } from './ask.ts'
import { compilePlan, type Run, type Step } from './fetch/step.ts'
import { operationCache } from './operation/cache.ts'
import { type Overrides, type Prepared, prepare } from './operation/prepare.ts'
import { coerceVariables } from './operation/variables.ts'
import type { PlanNode, Planner } from './plan/planner.ts'
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
const nothing = (): undefined => undefined

/** Answers operations over a supergraph: plan, fetch, merge, project. Throws SUPERGRAPH_INVALID. */
export const createEngine = <C>(deps: EngineDeps<C>): Engine<C> => {
  const supergraph = readSupergraph(deps.supergraphSdl)
  const schema = publicSchema(supergraph, deps.contract)
  const asks = new Map([...supergraph.subgraphs].map(([name, { url }]) => [name, deps.ask(name, url)]))
  const ask = (name: string): AskSubgraph<C> => asks.get(name) ?? absent(name)
  const types = subtypes(supergraph)
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
  const cached = operationCache<Prepared>(deps.preparedBytesMax ?? preparedBytesDefault)
  const prepared = (text: string, name?: string): Prepared =>
    cached(text, name, () => prepare(text, name, { schema, rules: deps.rules ?? [], planner: deps.planner, ...types }))
  const show: ShowErrors = deps.showErrors ?? ((errors) => errors)
  return {
    schema,
    warm: async (text) => void (await prepared(text).planFor({}, noOverrides)),
    execute: async ({ query, operationName, variables: given }, context) => {
      try {
        const operation = prepared(query, operationName)
        const variables = coerceVariables(operation.read, given, schema)
        const plan = await operation.planFor(variables, deps.overridesOf?.(context) ?? noOverrides)
        const run: Run<C> = {
          root: { ...operation.introspect?.(variables) },
          errors: [],
          variables,
          context,
          shared: new Set(),
          united: new Map(),
        }
        await stepOf(plan, operation.read.hasPlainKeys)(run)
        return answered(run, operation.projectionFor(variables), show)
      } catch (error) {
        return refused(error, show)
      }
    },
  }
}

const absent = (subgraph: string) => async () => {
  throw new CinegraphError('SUBGRAPH_UNAVAILABLE', { name: subgraph })
}
