import { bulkhead } from '#platform/resilience/bulkhead.ts'
import { policy } from '#platform/resilience/policy.ts'
import type { PlannerKind } from './checked-planner.ts'
import type { PlanRequest } from './planner.ts'
import { Lane, type Outcome } from './planner-lane.ts'

const restMs = 10_000
const spareRestMs = 600_000
const queuedMax = 64

const unwanted: Outcome = { failed: 'the fast planner died of operations like it' }
const ended: Outcome = { failed: 'the planner has ended' }

export type Asked = { readonly graph: number; readonly request: PlanRequest }
type Making = { readonly sdls: ReadonlyMap<number, string>; readonly planMs: number }

/** The process of the fast planner, and once one has been lost another one that is ready to take its place. */
export class FastLane implements Disposable {
  readonly #making: Making
  #lane: Lane | undefined
  #spare: Lane | undefined
  #hasEnded = false
  constructor(making: Making) {
    this.#making = making
  }

  get current(): Lane {
    if (this.#lane?.isOver === false) return this.#lane
    const wasLost = this.#lane?.isLost === true
    this.#lane = this.#spare?.isOver === false ? this.#spare : this.#make(restMs)
    this.#spare = undefined
    if (wasLost) void this.#prepareSpare(this.#lane)
    return this.#lane
  }

  get all(): readonly Lane[] {
    return [this.#lane, this.#spare].filter((lane) => lane !== undefined)
  }

  /** NOTE: what others asked together with an operation that ends the process is asked again, one after the other. */
  async plan({ graph, request }: Asked): Promise<Outcome> {
    return this.#hasEnded ? ended : this.current.plan(graph, request)
  }

  [Symbol.dispose](): void {
    this.#hasEnded = true
    for (const lane of this.all) lane[Symbol.dispose]()
  }

  /** NOTE: one process after the other; several that start at once would take longer for each other. */
  async #prepareSpare(lane: Lane): Promise<void> {
    await lane.ready
    if (this.#lane === lane && !this.#hasEnded) this.#spare ??= this.#make(spareRestMs)
  }

  #make(rest: number): Lane {
    return new Lane({ ...this.#making, kind: 'fast', restMs: rest })
  }
}

/** So many processes that plan one operation at a time each. Throws OVERLOADED when too many wait. */
export class SerialLanes implements Disposable {
  /** `isWanted` is asked when the operation's turn has come. */
  readonly plan: (asked: Asked, isWanted?: () => boolean) => Promise<Outcome>
  #idle: Lane[] = []
  readonly #busy = new Set<Lane>()
  #hasEnded = false
  constructor(making: Making, { kind, count }: { readonly kind: PlannerKind; readonly count: number }) {
    const work = async (_signal: AbortSignal, { graph, request }: Asked, isWanted = () => true): Promise<Outcome> => {
      if (this.#hasEnded) return ended
      if (!isWanted()) return unwanted
      this.#idle = this.#idle.filter(({ isOver }) => !isOver)
      const lane = this.#idle.pop() ?? new Lane({ ...making, kind, restMs })
      this.#busy.add(lane)
      try {
        return await lane.plan(graph, request)
      } finally {
        this.#busy.delete(lane)
        if (!lane.isOver) this.#idle.push(lane)
      }
    }
    this.plan = policy('The planner', bulkhead({ concurrent: count, queued: queuedMax }))(work)
  }

  get all(): readonly Lane[] {
    return [...this.#idle, ...this.#busy]
  }

  [Symbol.dispose](): void {
    this.#hasEnded = true
    for (const lane of this.all) lane[Symbol.dispose]()
  }
}
