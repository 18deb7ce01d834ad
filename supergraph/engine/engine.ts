import { GraphQLError, type GraphQLSchema } from 'graphql'
import { CinegraphError, extensionsOf, isCinegraphError } from '#platform/errors/errors.ts'
import type { GraphqlRequest } from '#platform/graphql/execute.ts'
import type { AnswerPart, PartsFormat } from '#platform/graphql/over-multipart.ts'
import { printableName } from '#platform/graphql/printable.ts'
import { inSpan } from '#platform/observe/spans.ts'
import { type Answered, answered, refused, type ShowErrors } from './answered.ts'
import type { AskSubgraph, SubscribeSubgraph } from './ask.ts'
import { deliver } from './deliver.ts'
import type { IsOneOf } from './fetch/collect.ts'
import { takesContext } from './fetch/context.ts'
import type { Run } from './fetch/run.ts'
import { compilePlan, type Step, type StepDeps } from './fetch/step.ts'
import { compileSubscription } from './fetch/subscription.ts'
import { denialOfAll } from './operation/access.ts'
import { partsWriter } from './parts-format.ts'
import type { PlanNode } from './plan/planner.ts'
import { type EngineDeps, openSupergraph, type PlannedRequest } from './planned-request.ts'
import { entityKeys } from './schema/entity-keys.ts'

export type Engine<C> = {
  /** What users see. */
  readonly schema: GraphQLSchema
  readonly execute: (request: GraphqlRequest, context: C) => Promise<Answered>
  /** The same in parts, where the operation defers some (`@defer`): what is not deferred, then the rest as it comes. */
  readonly executeInParts: (request: GraphqlRequest, context: C, format?: PartsFormat) => AsyncIterable<AnswerPart>
  /** An answer per event until `signal` aborts or the source ends; one answer for a request that is refused. */
  readonly subscribe: (request: GraphqlRequest, context: C, signal: AbortSignal) => AsyncIterable<Answered>
  /** The plan of a request for whoever asks, within the limits that its answer would have. Rejects with what would refuse it. */
  readonly explain: (request: GraphqlRequest, context: C) => Promise<PlanNode | null>
  /** Makes an operation ready before anybody asks it, and gives its plan. Rejects when it cannot be answered. */
  readonly planOf: (text: string, variables?: Readonly<Record<string, unknown>>, name?: string) => Promise<PlanNode | null>
}

/** Answers operations over a supergraph: plan, fetch, merge, project. Throws SUPERGRAPH_INVALID. */
export const createEngine = <C>(deps: EngineDeps<C>): Engine<C> => {
  const { supergraph, schema, types, planRequest, planOf, rowsMax } = openSupergraph(deps)
  const asks = new Map([...supergraph.subgraphs].map(([name, { url }]) => [name, deps.ask(name, url)]))
  const ask = (name: string): AskSubgraph<C> => asks.get(name) ?? absent(name)
  const shared = { ask, keysOf: entityKeys(supergraph), entityCache: deps.entityCache, rowsMax, ...types }
  const stepOf = stepCache(shared)
  const show: ShowErrors = deps.showErrors ?? ((errors) => errors)
  const openStream = (name: string): SubscribeSubgraph<C> =>
    deps.subscribe?.(name, supergraph.subgraphs.get(name)?.url ?? '') ?? absentStream(name)
  const executing = { planRequest, show, stepOf, isOneOf: types.isOneOf, onFinished: deps.onFinished }
  const execute = executeWith(executing)
  const subscribe = subscribeWith({ planRequest, execute, show, deps: { ...shared, subscribe: openStream } })
  const explain = async (request: GraphqlRequest, context: C): Promise<PlanNode | null> => (await planRequest(request, context)).plan
  return { schema, planOf, explain, execute, executeInParts: executeInPartsWith(executing, execute), subscribe }
}

type Executing<C> = {
  readonly onFinished: EngineDeps<C>['onFinished'] | undefined
  readonly planRequest: (request: GraphqlRequest, context: C) => Promise<PlannedRequest>
  readonly show: ShowErrors
  readonly stepOf: ReturnType<typeof stepCache<C>>
  readonly isOneOf: IsOneOf
}

const executeWith = <C>({ planRequest, show, stepOf, onFinished }: Executing<C>): Engine<C>['execute'] => {
  const executed = async (request: GraphqlRequest, context: C): Promise<Answered> => {
    const beganAt = Date.now()
    try {
      const { operation, variables, sent, plan, projection } = await planRequest(request, context)
      if (operation.read.operation.operation === 'subscription') throw notStreamed()
      const run = newRun({ variables: sent, context, root: operation.introspect?.atRoot(variables) ?? {}, fetches: onFinished && [] })
      await stepOf(plan, operation.read.hasPlainKeys)(run)
      operation.introspect?.below(run.root, variables)
      onFinished?.({ request, context, operation, plan, fetches: run.fetches ?? [], errors: run.errors, beganAt, endedAt: Date.now() })
      const caching = operation.read.operation.operation === 'query' ? run.caching : []
      return answered({ ...run, caching }, projection, show)
    } catch (error) {
      return refused(error, show)
    }
  }
  return (request, context) =>
    inSpan('graphql.operation', { attributes: { 'graphql.operation.name': printableName(request.operationName) } }, () =>
      executed(request, context),
    )
}

const executeInPartsWith = <C>(
  { planRequest, show, stepOf, isOneOf, onFinished }: Executing<C>,
  execute: Engine<C>['execute'],
): Engine<C>['executeInParts'] =>
  async function* (request, context, format = '20220824') {
    const beganAt = Date.now()
    try {
      const { operation, variables, sent, plan, projection, conditions } = await planRequest(request, context)
      const split = operation.read.operation.operation === 'subscription' ? null : operation.partsOf(conditions, plan)
      if (split === null) {
        yield { ...(await execute(request, context)), isLast: true }
        return
      }
      const run = newRun({ variables: sent, context, root: operation.introspect?.atRoot(variables) ?? {}, fetches: onFinished && [] })
      const onDone = () =>
        onFinished?.({ request, context, operation, plan, fetches: run.fetches ?? [], errors: run.errors, beganAt, endedAt: Date.now() })
      const partStep = (part: PlanNode | null) => async (each: Run<C>) => {
        await stepOf(part, operation.read.hasPlainKeys)(each)
        operation.introspect?.below(each.root, variables)
      }
      yield* deliver({ run, all: projection, split, stepOf: partStep, isOneOf, show, onDone, write: partsWriter(format) })
    } catch (error) {
      yield { ...refused(error, show), isLast: true }
    }
  }

type Subscribing<C> = {
  readonly planRequest: (request: GraphqlRequest, context: C) => Promise<PlannedRequest>
  readonly execute: Engine<C>['execute']
  readonly show: ShowErrors
  readonly deps: Omit<StepDeps<C>, 'canShare'> & { readonly subscribe: (subgraph: string) => SubscribeSubgraph<C> }
}

const subscribeWith = <C>({ planRequest, execute, show, deps }: Subscribing<C>): Engine<C>['subscribe'] =>
  async function* (request, context, signal) {
    try {
      const { operation, variables, sent, plan, projection, conditions } = await planRequest(request, context)
      // NOTE: without the field that it would stream there is nothing to answer but why.
      if (operation.read.operation.operation === 'subscription' && plan === null && conditions.access.denied.length > 0)
        throw denialOfAll(conditions.access)
      if (operation.read.operation.operation !== 'subscription' || plan === null) {
        yield await execute(request, context)
        return
      }
      const source = compileSubscription(plan, { ...deps, canShare: operation.read.hasPlainKeys && !takesContext(plan) })
      for await (const event of source.open(newRun({ variables: sent, context, root: {} }), signal)) {
        const run = newRun({ variables: sent, context, root: {} })
        await source.take(event, run)
        operation.introspect?.below(run.root, variables)
        yield answered(run, projection, show)
      }
    } catch (error) {
      if (!signal.aborted) yield refused(isRefusal(error) ? error : streamLost(error), show)
    }
  }

const isRefusal = (error: unknown): boolean => error instanceof GraphQLError || error instanceof AggregateError

const newRun = <C>({ root, ...rest }: Pick<Run<C>, 'variables' | 'context' | 'fetches'> & { readonly root: object }): Run<C> => ({
  ...rest,
  size: { rows: 0 },
  root: { ...root },
  errors: [],
  shared: new Set(),
  caching: [],
})

/** Plans are compiled once; a plan that is forgotten takes its compiled form with it. */
const stepCache = <C>(deps: Omit<StepDeps<C>, 'canShare'>) => {
  const compiled = new WeakMap<PlanNode, Step<C>>()
  return (plan: PlanNode | null, canShare: boolean): Step<C> => {
    if (plan === null) return () => undefined
    const known = compiled.get(plan)
    if (known !== undefined) return known
    const step = compilePlan(plan, { ...deps, canShare: canShare && !takesContext(plan) })
    compiled.set(plan, step)
    return step
  }
}

const notStreamed = (): GraphQLError =>
  new GraphQLError('A subscription is sent as server-sent events (accept: text/event-stream) or over a WebSocket.', {
    extensions: { code: 'SUBSCRIPTION_NEEDS_STREAM' },
  })

const streamLost = (error: unknown): GraphQLError => {
  const known = isCinegraphError(error) ? error : new CinegraphError('SUBGRAPH_UNAVAILABLE', { name: 'subscribed' })
  return new GraphQLError(known.message, { extensions: extensionsOf(known.code) })
}

const absent =
  (name: string): AskSubgraph<unknown> =>
  async () => {
    throw new CinegraphError('SUBGRAPH_UNAVAILABLE', { name })
  }

const absentStream = (name: string): SubscribeSubgraph<unknown> =>
  // biome-ignore lint/correctness/useYield: it throws instead.
  async function* () {
    throw new CinegraphError('SUBGRAPH_UNAVAILABLE', { name })
  }
