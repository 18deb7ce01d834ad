import type { SubgraphAnswer, SubscribeSubgraph } from '../ask.ts'
import type { FetchNode, PlanNode } from '../plan/planner.ts'
import type { Tree } from '../tree.ts'
import { subgraphErrors } from './errors.ts'
import { mergeInto } from './merge.ts'
import { applyRewrites } from './rewrite.ts'
import type { Run } from './run.ts'
import { compilePlan, requestOf, type Step, type StepDeps } from './step.ts'

/** A compiled subscription: the source stream of one subgraph, and what each of its events needs from the others. */
export type Subscription<C> = {
  readonly open: (run: Run<C>, signal: AbortSignal) => AsyncIterable<SubgraphAnswer>
  /** Puts one event into a run of its own and carries out the rest of the plan. */
  readonly take: (event: SubgraphAnswer, run: Run<C>) => Promise<void>
}

type Deps<C> = StepDeps<C> & { readonly subscribe: (subgraph: string) => SubscribeSubgraph<C> }

export const compileSubscription = <C>(plan: PlanNode, deps: Deps<C>): Subscription<C> => {
  const [source, ...rest] = plan.kind === 'Sequence' ? plan.nodes : [plan]
  if (source?.kind !== 'Fetch' || source.operationKind !== 'subscription')
    throw new TypeError('The plan does not begin with a subscription')
  const step: Step<C> = rest.length === 0 ? () => undefined : compilePlan({ kind: 'Sequence', nodes: rest }, deps)
  const request = requestOf(source)
  return {
    open: (run, signal) => deps.subscribe(source.subgraph)(request(run, undefined), run.context, signal),
    take: async (event, run) => {
      takeEvent(event, source, { run, deps })
      await step(run)
    },
  }
}

type Taking<C> = { readonly run: Run<C>; readonly deps: StepDeps<C> }

const takeEvent = <C>({ data, errors }: SubgraphAnswer, node: FetchNode, { run, deps }: Taking<C>): void => {
  run.errors.push(...subgraphErrors(errors, { node, root: run.root, asked: [], isOneOf: deps.isOneOf }))
  if (data === null || data === undefined) return
  applyRewrites(data, node.rewrites, deps.isOneOf)
  mergeInto(run.root, data as Tree, deps.isObjectType)
}
