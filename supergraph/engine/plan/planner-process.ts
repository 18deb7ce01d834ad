import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { CinegraphError } from '#platform/errors/errors.ts'
import { readSupergraph } from '../schema/supergraph-document.ts'
import type { PlannerKind } from './checked-planner.ts'
import type { PlanNode, Planner, PlanRequest } from './planner.ts'
import { standIns } from './required-arguments.ts'

/** What the planning process is asked, and what it replies. */
export type Ask =
  | { readonly id: number; readonly open: number; readonly sdl: string }
  | { readonly id: number; readonly graph: number; readonly kind: PlannerKind; readonly request: PlanRequest }
  | { readonly close: number }
export type Reply =
  | { readonly id: number; readonly opened: Pick<Planner, 'overrideLabels' | 'overridePercentages'> }
  | { readonly id: number; readonly plan: PlanNode | null }
  | { readonly id: number; readonly failed: string }

type Outcome = Exclude<Reply, { readonly failed: string }> | { readonly failed: string } | { readonly crashed: true }
type Waiting = {
  readonly ask: Exclude<Ask, { readonly close: number }>
  readonly resolve: (outcome: Outcome) => void
  readonly since: number
}

export type PlannerProcess = AsyncDisposable & {
  /** Throws SUPERGRAPH_INVALID. */
  readonly open: (supergraphSdl: string) => Promise<Planner & Disposable>
}

const file = fileURLToPath(new URL('./planner.main.ts', import.meta.url))
const planMsMax = 60_000
const restMs = 10_000

/**
 * Planning in a process of its own. The fast planner is native code that ends its whole process on some operations (a
 * panic that cannot unwind), and the reference planner can block for seconds: neither may happen to those who answer
 * requests. What the fast planner cannot plan, or dies of, the reference planner plans.
 */
export const startPlannerProcess = (onTrouble: (text: string, why: string) => void = () => undefined): PlannerProcess => {
  const link = new Link()
  let graphs = 0
  return {
    open: async (sdl) => {
      graphs += 1
      const graph = graphs
      const { sdl: plannedSdl, restore } = standIns(readSupergraph(sdl))
      const opened = await link.open(graph, plannedSdl)
      if (!('opened' in opened))
        throw new CinegraphError('SUPERGRAPH_INVALID', { why: 'failed' in opened ? opened.failed : 'the planner crashed' })
      return {
        ...opened.opened,
        plan: async (request) => restore(await planWith(link, { graph, request, onTrouble })),
        [Symbol.dispose]: () => link.close(graph),
      }
    },
    [Symbol.asyncDispose]: async () => link.end(),
  }
}

type Planning = { readonly graph: number; readonly request: PlanRequest; readonly onTrouble: (text: string, why: string) => void }

const planWith = async (link: Link, { graph, request, onTrouble }: Planning): Promise<PlanNode | null> => {
  const fast = await link.ask((id) => ({ id, graph, kind: 'fast', request }))
  if ('plan' in fast) return fast.plan
  onTrouble(request.text, 'failed' in fast ? fast.failed : 'the fast planner crashed')
  const sure = await link.ask((id) => ({ id, graph, kind: 'reference', request }))
  if ('plan' in sure) return sure.plan
  throw new CinegraphError('PLAN_FAILED', { why: 'failed' in sure ? sure.failed : 'the planner ended or took too long' })
}

/** The channel to the process. It is started when it is first needed, and again after it crashed. */
class Link {
  #child: ChildProcess | undefined
  #ids = 0
  #ended = false
  #resting: NodeJS.Timeout | undefined
  readonly #sdls = new Map<number, string>()
  readonly #waiting = new Map<number, Waiting>()

  async open(graph: number, sdl: string): Promise<Outcome> {
    const outcome = await this.ask((id) => ({ id, open: graph, sdl }))
    if ('opened' in outcome) this.#sdls.set(graph, sdl)
    return outcome
  }

  close(graph: number): void {
    this.#sdls.delete(graph)
    if (this.#child?.connected) this.#child.send({ close: graph } satisfies Ask)
  }

  ask(make: (id: number) => Waiting['ask']): Promise<Outcome> {
    this.#ids += 1
    const ask = make(this.#ids)
    return new Promise((resolve) => {
      this.#waiting.set(ask.id, { ask, resolve, since: Date.now() })
      this.#send(ask)
    })
  }

  end(): void {
    this.#ended = true
    this.#child?.kill('SIGKILL')
  }

  #send(ask: Waiting['ask']): void {
    this.#child ??= this.#start()
    this.#child.ref()
    this.#child.channel?.ref()
    // NOTE: what does not reach a process that has just ended is asked again when its end is noticed.
    this.#child.send(ask, () => undefined)
  }

  #start(): ChildProcess {
    const child = fork(file, [], {
      serialization: 'json',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: ['--disable-warning=ExperimentalWarning'],
    })
    child.on('message', (reply: Reply) => {
      this.#waiting.get(reply.id)?.resolve(reply)
      this.#waiting.delete(reply.id)
      if (this.#waiting.size > 0) return
      child.unref()
      child.channel?.unref()
      this.#restAfter(child)
    })
    child.once('close', () => {
      if (this.#child === child) this.#crashed()
    })
    // NOTE: a planner that nobody waits for keeps no process alive.
    child.unref()
    const watch = setInterval(() => this.#watch(child), 1_000)
    watch.unref()
    child.once('close', () => clearInterval(watch))
    for (const [open, sdl] of this.#sdls) child.send({ id: 0, open, sdl } satisfies Ask)
    return child
  }

  /** Plans are kept by those who asked; a planner with nothing to do gives its memory back. */
  #restAfter(child: ChildProcess): void {
    clearTimeout(this.#resting)
    this.#resting = setTimeout(() => {
      if (this.#waiting.size > 0 || this.#child !== child) return
      this.#child = undefined
      child.kill('SIGKILL')
    }, restMs)
    this.#resting.unref()
  }

  #watch(child: ChildProcess): void {
    const [oldest] = this.#waiting.values()
    if (oldest !== undefined && Date.now() - oldest.since > planMsMax) child.kill('SIGKILL')
  }

  /** The operation that was being planned is the one it died of; the others are asked again. */
  #crashed(): void {
    this.#child = undefined
    const [first, ...others] = this.#waiting.values()
    this.#waiting.clear()
    first?.resolve({ crashed: true })
    for (const waiting of others) {
      if (this.#ended) waiting.resolve({ crashed: true })
      else {
        this.#waiting.set(waiting.ask.id, { ...waiting, since: Date.now() })
        this.#send(waiting.ask)
      }
    }
  }
}
