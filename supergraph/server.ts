import { type Caller, scopesOf } from '#platform/contracts/viewer.ts'
import { CinegraphError, isCinegraphError, messageOf } from '#platform/errors/errors.ts'
import type { ExecuteGraphql, GraphqlAnswer, GraphqlRequest, GraphqlService } from '#platform/graphql/execute.ts'
import { SubscriptionQuota } from '#platform/graphql/limits/subscription-quota.ts'
import { printableOperation } from '#platform/graphql/printable.ts'
import { msLeft } from '#platform/identity/access-token.ts'
import type { Log } from '#platform/observe/log.ts'
import { inSpan } from '#platform/observe/spans.ts'
import { endingAfter } from '#platform/resilience/deadline.ts'
import { parseExact } from '#platform/text/exact-json.ts'
import { withoutValues } from '#platform/text/without-secrets.ts'
import type { Answered } from './engine/answered.ts'
import type { AskSubgraph, SubscribeSubgraph } from './engine/ask.ts'
import { createEngine, type Engine } from './engine/engine.ts'
import { startPlannerProcess } from './engine/plan/planner-process.ts'
import { counted } from './gateway/counted.ts'
import { type Guard, guarded } from './gateway/guard.ts'
import { fetchSeconds } from './gateway/metrics.ts'
import { observeOperations } from './gateway/observe.ts'
import { withoutServerDetails } from './gateway/show-errors.ts'
import type { Studio } from './gateway/studio.ts'
import type { StudioSettings } from './gateway/studio-settings.ts'
import type { Client } from './gateway/studio-trace.ts'
import { warmUp } from './warm.ts'

export type SupergraphDeps = {
  /** The text of supergraph.graphql. */
  readonly supergraphSdl: string
  /** Who answers for each subgraph, by its name in the supergraph: a function of this process, or one that asks another machine. */
  readonly subgraphs: Readonly<Record<string, GraphqlService>>
  /** The graph of Apollo Studio to which operations are reported; absent without one. */
  readonly studio?: StudioSettings | undefined
  readonly log: Log
}
export type Supergraph = AsyncDisposable & {
  readonly execute: ExecuteGraphql
  /** The same, for a socket: as text. */
  readonly answer: (request: GraphqlRequest, caller: Caller) => Promise<Answered>
  readonly subscribe: Engine<Caller>['subscribe']
  readonly inParts: Engine<Caller>['executeInParts']
  readonly explain: Engine<Caller>['explain']
}

const noPolicies: ReadonlySet<string> = new Set()
const slowMs = 1_000
const guard: Guard = { concurrent: 500, retries: 1 }

/** One graph over all subgraphs: plans a query, asks each subgraph for its part and joins the parts. */
export const createSupergraph = async ({ supergraphSdl, subgraphs, studio: asked, log }: SupergraphDeps): Promise<Supergraph> => {
  await using stack = new AsyncDisposableStack()
  const planning = stack.use(
    startPlannerProcess((operation, why) =>
      log.warn({ operation: printableOperation(operation), why: withoutValues(why) }, 'planned by the reference planner'),
    ),
  )
  const reporting: { studio?: Studio<Caller> } = {}
  const engine = createEngine<Caller>({
    supergraphSdl,
    planner: stack.use(await planning.open(supergraphSdl)),
    claimsOf: ({ viewer }) => ({ isAuthenticated: viewer !== null, scopes: new Set(scopesOf(viewer)), policies: noPolicies }),
    showErrors: withoutServerDetails,
    ask: (name) => askWith(name, subgraphs[name]?.execute, log),
    subscribe: (name) => subscribeWith(name, subgraphs[name]),
    ...(asked ? { onFinished: (finished) => reporting.studio?.record(finished) } : {}),
  })
  if (asked) {
    const { openStudio } = await import('./gateway/studio.ts')
    reporting.studio = stack.use(openStudio({ ...asked, supergraphSdl, schema: engine.schema, clientOf: unnamed, log }))
  }
  const planned = await warmUp(engine.planOf, log)
  log.debug({ planned }, 'planned registered operations')
  const owned = stack.move()
  const observe = observeOperations(log, slowMs)
  const quota = new SubscriptionQuota()
  const answer: Supergraph['answer'] = (request, caller) => observe.operation(request, () => engine.execute(request, caller))
  return {
    execute: async (request, caller) => (await answer(request, caller)).value(),
    answer,
    inParts: (request, caller, format) => observe.inParts(request, engine.executeInParts(request, caller, format)),
    subscribe: (request, caller, signal) =>
      counted(quota, { account: caller.viewer?.accountId }, () => engine.subscribe(request, caller, whileAllowed(caller, signal))),
    explain: engine.explain,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

const unnamed = (): Client => ({ name: '', version: '' })

/**
 * A stream ends when the access token that opened it runs out, upon which its client opens another with a new one, and when its
 * session is ended.
 */
const whileAllowed = ({ viewer, token, whileOpen = (signal) => signal }: Caller, signal: AbortSignal): AbortSignal =>
  viewer === null ? signal : endingAfter(msLeft(token), whileOpen(signal))

const subscribeWith =
  (name: string, service: GraphqlService | undefined): SubscribeSubgraph<Caller> =>
  ({ query, variables }, caller, signal) => {
    if (service === undefined) throw new CinegraphError('SUBGRAPH_UNAVAILABLE', { name })
    return service.subscribe({ query, variables: parseExact(variables) as Readonly<Record<string, unknown>> }, caller, signal)
  }

/** Behind a concurrency limit and a circuit breaker; what only reads is tried again. Deadlines are those of the services. */
const askWith = (name: string, execute: ExecuteGraphql | undefined, log: Log): AskSubgraph<Caller> => {
  const seconds = fetchSeconds.labels(name)
  const execution = async (_signal: AbortSignal, request: GraphqlRequest, caller: Caller): Promise<GraphqlAnswer> => {
    if (execute === undefined) throw new CinegraphError('SUBGRAPH_UNAVAILABLE', { name })
    return inSpan(`fetch ${name}`, { kind: 'client', attributes: { 'graphql.subgraph.name': name } }, () => execute(request, caller))
  }
  const { forQueries, forMutations } = guarded(name, guard, execution)
  return async ({ kind, query, variables }, caller) => {
    const began = performance.now()
    const asked = { query, variables: parseExact(variables) as Readonly<Record<string, unknown>> }
    try {
      return await (kind === 'query' ? forQueries : forMutations)(asked, caller)
    } catch (error) {
      log.warn({ subgraph: name, reason: messageOf(error) }, 'subgraph does not answer')
      throw isCinegraphError(error) ? error : new CinegraphError('SUBGRAPH_UNAVAILABLE', { name }, error)
    } finally {
      seconds.observe((performance.now() - began) / 1000)
    }
  }
}
