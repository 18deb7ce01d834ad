import { CinegraphError } from '#platform/errors/errors.ts'
import { readSupergraph } from '../schema/supergraph-document.ts'
import { KnownTrouble } from './known-trouble.ts'
import type { PlanNode, Planner, PlanRequest } from './planner.ts'
import type { Outcome } from './planner-lane.ts'
import { FastLane, SerialLanes } from './planner-lanes.ts'
import { standIns } from './required-arguments.ts'

export type PlannerProcess = AsyncDisposable & {
  /** Throws SUPERGRAPH_INVALID. */
  readonly open: (supergraphSdl: string) => Promise<Planner & Disposable>
}
type OnTrouble = (text: string, why: string) => void

export const planMsDefault = 1_000
const referencesAtOnce = 2

/**
 * Planning in processes of its own. The fast planner is native code that ends its whole process on some operations (a panic
 * that cannot unwind), and the reference planner can block for seconds: neither may happen to those who answer requests, nor
 * to other operations. What the fast planner cannot plan, or dies of, the reference planner plans. A plan may take `planMs`;
 * an operation that took longer, or cannot be planned, is refused for a minute without another try.
 */
export const startPlannerProcess = (onTrouble: OnTrouble = () => undefined, planMs = planMsDefault): PlannerProcess => {
  const lanes = new Lanes(planMs)
  let graphs = 0
  return {
    open: async (sdl) => {
      graphs += 1
      const graph = graphs
      const { sdl: plannedSdl, restore } = standIns(readSupergraph(sdl))
      const opened = await lanes.open(graph, plannedSdl)
      if (!('opened' in opened))
        throw new CinegraphError('SUPERGRAPH_INVALID', { why: 'failed' in opened ? opened.failed : 'the planner crashed' })
      const planning: Planning = { lanes, graph, trouble: new KnownTrouble(), onTrouble, planMs }
      return {
        ...opened.opened,
        plan: async (request) => restore(await planWith(planning, request)),
        [Symbol.dispose]: () => lanes.close(graph),
      }
    },
    [Symbol.asyncDispose]: async () => lanes[Symbol.dispose](),
  }
}

type Planning = {
  readonly lanes: Lanes
  readonly graph: number
  readonly trouble: KnownTrouble
  readonly onTrouble: OnTrouble
  readonly planMs: number
}

/** Throws PLAN_FAILED, and OVERLOADED when too many operations wait for the reference planner. */
const planWith = async (planning: Planning, request: PlanRequest): Promise<PlanNode | null> => {
  const { lanes, graph, trouble, onTrouble, planMs } = planning
  const known = trouble.failureOf(request)
  if (known !== undefined) throw new CinegraphError('PLAN_FAILED', { why: known })
  const fast = await planFast(planning, request)
  if ('made' in fast && fast.made.doubt === undefined) {
    trouble.planned(request)
    return fast.made.plan
  }
  onTrouble(request.text, whyNot(fast, { what: 'the fast planner', planMs }))
  const sure = await lanes.references.plan({ graph, request })
  if ('made' in sure && sure.made.doubt === undefined) return sure.made.plan
  // NOTE: where neither planner gives all that is asked, the graph does not have it.
  if ('made' in fast) return fast.made.plan
  if ('made' in sure) return sure.made.plan
  const why = whyNot(sure, { what: 'the planner', planMs })
  trouble.failed(request, why)
  throw new CinegraphError('PLAN_FAILED', { why })
}

/** NOTE: an operation that may end its process is planned where nobody else's is. */
const planFast = async (planning: Planning, request: PlanRequest): Promise<Outcome> => {
  const { lanes, graph, trouble } = planning
  let first: Outcome = inDoubt
  for (let tries = 0; tries < (trouble.isFamiliar(request) ? familiarTries : 1) && isInDoubt(first); tries += 1)
    if (trouble.dangerOf(request) === 'none') first = await lanes.fast.plan({ graph, request })
  if (isInDoubt(first)) await lanes.fast.current.ready
  const fast = isInDoubt(first) ? await lanes.isolated.plan({ graph, request }, () => trouble.dangerOf(request) !== 'certain') : first
  if ('crashed' in fast || 'overdue' in fast) trouble.died(request)
  return fast
}

const familiarTries = 3
const inDoubt: Outcome = { crashed: true, alone: false }
const isInDoubt = (outcome: Outcome): boolean => 'crashed' in outcome && !outcome.alone

const whyNot = (outcome: Outcome, { what, planMs }: { readonly what: string; readonly planMs: number }): string => {
  if ('failed' in outcome) return outcome.failed
  if ('made' in outcome) return outcome.made.doubt ?? ''
  return 'overdue' in outcome ? `${what} took longer than ${planMs} ms` : `${what} crashed`
}

/** All planning processes. They are started when they are first needed, and again after they ended. */
class Lanes implements Disposable {
  readonly #sdls = new Map<number, string>()
  readonly fast: FastLane
  readonly isolated: SerialLanes
  readonly references: SerialLanes
  constructor(planMs: number) {
    const making = { sdls: this.#sdls, planMs }
    this.fast = new FastLane(making)
    this.isolated = new SerialLanes(making, { kind: 'fast', count: 1 })
    this.references = new SerialLanes(making, { kind: 'reference', count: referencesAtOnce })
  }

  async open(graph: number, sdl: string): Promise<Outcome> {
    const outcome = await this.fast.current.open(graph, sdl)
    if (!('opened' in outcome)) return outcome
    this.#sdls.set(graph, sdl)
    for (const lane of this.#others) void lane.open(graph, sdl)
    return outcome
  }

  close(graph: number): void {
    this.#sdls.delete(graph)
    for (const lane of [...this.fast.all, ...this.#others]) lane.close(graph)
  }

  get #others() {
    return [...this.fast.all.slice(1), ...this.isolated.all, ...this.references.all]
  }

  [Symbol.dispose](): void {
    for (const lanes of [this.fast, this.isolated, this.references]) lanes[Symbol.dispose]()
  }
}
