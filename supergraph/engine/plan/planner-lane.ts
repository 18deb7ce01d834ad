import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Made, PlannerKind } from './checked-planner.ts'
import type { Planner, PlanRequest } from './planner.ts'

/** What a planning process is asked, and what it replies. */
export type Ask =
  | { readonly id: number; readonly open: number; readonly sdl: string; readonly kind: PlannerKind }
  | { readonly id: number; readonly graph: number; readonly kind: PlannerKind; readonly request: PlanRequest }
  | { readonly close: number }
export type Opened = Pick<Planner, 'overrideLabels' | 'overridePercentages'>
export type Reply =
  | { readonly id: number; readonly opened: Opened }
  | { readonly id: number; readonly began: true }
  | { readonly id: number; readonly made: Made }
  | { readonly id: number; readonly failed: string }

export type Outcome =
  | { readonly opened: Opened }
  | { readonly made: Made }
  | { readonly failed: string }
  /** The process has ended. Whatever it worked on may be why, unless it was `alone`. */
  | { readonly crashed: true; readonly alone: boolean }
  | { readonly overdue: true }

export type LaneOptions = {
  readonly kind: PlannerKind
  /** Supergraphs by number, opened when the process starts. */
  readonly sdls: ReadonlyMap<number, string>
  /** How long one plan may take, from when the process has begun with it. */
  readonly planMs: number
  /** How long a process with nothing to do keeps its memory. */
  readonly restMs: number
}
type Waiting = { readonly resolve: (outcome: Outcome) => void; timer: NodeJS.Timeout }

const file = fileURLToPath(new URL('./planner.main.ts', import.meta.url))
const startMs = 30_000

/** One planning process. Operations that it is asked at the same time do not wait for each other, as far as its planner allows. */
export class Lane implements Disposable {
  readonly #options: LaneOptions
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, Waiting>()
  readonly #ready = Promise.withResolvers<void>()
  #ids = 0
  #isOver = false
  #isLost = false
  #resting: NodeJS.Timeout | undefined
  constructor(options: LaneOptions) {
    this.#options = options
    this.#child = fork(file, [], {
      serialization: 'json',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: ['--disable-warning=ExperimentalWarning'],
    })
    this.#child.on('message', (reply: Reply) => this.#take(reply))
    this.#child.once('close', () => this.#crashed())
    // NOTE: a process that cannot be started, or written to, is noticed by its end.
    this.#child.on('error', () => undefined)
    for (const [open, sdl] of options.sdls) this.#send({ id: 0, open, sdl, kind: options.kind })
    if (options.sdls.size === 0) this.#ready.resolve()
    this.#idle()
  }

  /** Resolves when the process has started, or has ended. */
  get ready(): Promise<void> {
    return this.#ready.promise
  }

  /** Whether it takes no more work. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Whether it ended over an operation, and not because it had nothing to do. */
  get isLost(): boolean {
    return this.#isLost
  }

  open(graph: number, sdl: string): Promise<Outcome> {
    return this.#ask((id) => ({ id, open: graph, sdl, kind: this.#options.kind }))
  }

  plan(graph: number, request: PlanRequest): Promise<Outcome> {
    return this.#ask((id) => ({ id, graph, kind: this.#options.kind, request }))
  }

  close(graph: number): void {
    if (this.#child.connected) this.#send({ close: graph })
  }

  [Symbol.dispose](): void {
    this.#isOver = true
    this.#child.kill('SIGKILL')
  }

  #ask(make: (id: number) => Exclude<Ask, { readonly close: number }>): Promise<Outcome> {
    this.#ids += 1
    const id = this.#ids
    clearTimeout(this.#resting)
    this.#child.ref()
    this.#child.channel?.ref()
    return new Promise((resolve) => {
      this.#waiting.set(id, { resolve, timer: this.#overdueAfter(id, startMs) })
      this.#send(make(id))
    })
  }

  /** NOTE: what does not reach a process that has just ended is answered when its end is noticed. */
  #send(ask: Ask): void {
    this.#child.send(ask, () => undefined)
  }

  #overdueAfter(id: number, ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#settle(id, { overdue: true }), ms)
  }

  #take(reply: Reply): void {
    if (reply.id === 0) this.#ready.resolve()
    const waiting = this.#waiting.get(reply.id)
    if (waiting === undefined) return
    clearTimeout(waiting.timer)
    if ('began' in reply) waiting.timer = this.#overdueAfter(reply.id, this.#options.planMs)
    else this.#settle(reply.id, reply)
  }

  #settle(id: number, outcome: Outcome): void {
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) return
    clearTimeout(waiting.timer)
    this.#waiting.delete(id)
    // NOTE: native code cannot be stopped. The process ends when its other operations are planned; later ones get another.
    if ('overdue' in outcome) this.#lose()
    waiting.resolve(outcome)
    if (this.#waiting.size > 0) return
    if (this.#isOver) this.#child.kill('SIGKILL')
    else this.#idle()
  }

  /** NOTE: a planner that nobody waits for keeps no process alive; plans are kept by those who asked. */
  #idle(): void {
    this.#child.unref()
    this.#child.channel?.unref()
    this.#resting = setTimeout(() => this[Symbol.dispose](), this.#options.restMs)
    this.#resting.unref()
  }

  #lose(): void {
    this.#isLost ||= !this.#isOver
    this.#isOver = true
  }

  #crashed(): void {
    this.#lose()
    this.#ready.resolve()
    clearTimeout(this.#resting)
    const alone = this.#waiting.size === 1
    for (const id of [...this.#waiting.keys()]) this.#settle(id, { crashed: true, alone })
  }
}
