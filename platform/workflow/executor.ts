import type { JobQueue } from '#platform/contracts/job-queue.ts'
import { CinegraphError, isCinegraphError } from '#platform/errors/errors.ts'
import { isStoreFault } from '#platform/events/store-fault.ts'
import type { Jobs } from '#platform/ports/jobs.ts'
import { type DueTask, decide } from './decide.ts'
import type { TaskDefinition, WorkflowDefinition } from './definition.ts'
import type { Json } from './expressions.ts'
import type { Failure, WorkflowState, WorkflowStore } from './store.ts'

/** A task of a workflow that waits for a worker. */
export type TaskJob = { readonly workflowId: string; readonly ref: string }
export type TaskContext = {
  readonly workflowId: string
  readonly ref: string
  /** How many tasks of the workflow are done. */
  readonly done: number
  /** Aborted when the task takes too long, when its workflow is over, and when the worker stops or has lost the task. */
  readonly signal: AbortSignal
}
export type TaskHandler = {
  /** Of tasks that wait, those of higher priority are done first. */
  readonly priority: number
  readonly run: (input: Json, context: TaskContext) => Promise<Json>
}
export type ExecutorDeps = {
  readonly definition: WorkflowDefinition
  readonly tasks: ReadonlyMap<string, TaskDefinition>
  readonly handlers: Readonly<Record<string, TaskHandler>>
  readonly store: WorkflowStore
  readonly jobs: Jobs
  readonly queue: JobQueue<TaskJob>
  /** Aborts when this worker stops; what it was doing is done by another, and is no try. */
  readonly stop: AbortSignal
  /** Of workflows with tasks that wait, those of higher urgency go first. */
  readonly urgency: (input: Json) => number
  /** Whether a failure will be one again, however often it is tried. */
  readonly isFinal: (error: unknown) => boolean
  /** Called when all tasks are done, again if this worker is ended meanwhile. */
  readonly onCompleted: (workflowId: string, output: Json) => Promise<void>
  /** The same, with the workflow's input, when a task has failed for good. */
  readonly onFailed: (input: Json, failure: Failure) => Promise<void>
  readonly onFailedTry: (workflowId: string, ref: string, error: unknown) => void
  /** Called when this worker is done with a task. */
  readonly onRest: () => void
}

const watchMs = 2_000
/** Nobody begins a task more often: what ends its worker each time may be the task itself. */
const begunMax = 10

/**
 * Does the tasks of workflows, with any number of other workers: each task is a job, what it gives is kept before the job is
 * done, and whoever is done says what comes next. There is no other state, so that a worker that is killed costs what it was
 * doing, and no more.
 */
export class Executor {
  readonly #deps: ExecutorDeps
  constructor(deps: ExecutorDeps) {
    this.#deps = deps
  }

  /** Begins a workflow, or lets one that has begun go on. */
  async start(workflowId: string, input: Json): Promise<void> {
    const { store, definition } = this.#deps
    if ((await store.read(workflowId))?.failure) await store.end(workflowId)
    await store.begin(workflowId, input)
    const state = await store.read(workflowId)
    if (state !== null) await this.#enqueue(workflowId, input, decide(definition, state).due)
  }

  /** Ends a workflow without an outcome; a task of it that is being done is aborted within seconds, wherever that is. */
  async cancel(workflowId: string): Promise<void> {
    await this.#deps.store.end(workflowId)
  }

  /** Does tasks until the jobs are disposed of. */
  async work(): Promise<void> {
    const { jobs, queue, stop, onRest } = this.#deps
    await jobs.work({
      queue,
      handle: ({ data, signal }) => this.#handle(data, AbortSignal.any([signal, stop])).finally(onRest),
    })
  }

  async #handle({ workflowId, ref }: TaskJob, signal: AbortSignal): Promise<void> {
    const state = await this.#deps.store.read(workflowId)
    if (state === null) return
    if (state.failure !== null) return this.#endFailed(workflowId, state.failure)
    const task = decide(this.#deps.definition, state).due.find((each) => each.ref === ref)
    if (task !== undefined && !(await this.#try(workflowId, task, { done: state.outputs.size, signal }))) return
    await this.#goOn(workflowId, ref)
  }

  /** Whether the task is done. Throws when it is to be tried again. */
  async #try(workflowId: string, task: DueTask, { done, signal }: Pick<TaskContext, 'done' | 'signal'>): Promise<boolean> {
    const { store, handlers, tasks } = this.#deps
    const handler = handlers[task.name]
    if (handler === undefined) throw new TypeError(`There is no worker for the task ${task.name}`)
    const noted = await store.noteTry(workflowId, task.ref)
    if (noted.before >= begunMax) {
      const why = `its part ${task.ref} was begun ${noted.before} times and never finished`
      await this.#fail(workflowId, new CinegraphError('ENCODE_FAILED', { why }))
      return false
    }
    await using watch = this.#watched(workflowId, signal, tasks.get(task.name)?.timeoutSeconds ?? 0)
    try {
      const output = await handler.run(task.input, { workflowId, ref: task.ref, done, signal: watch.signal })
      if (!(await store.runs(workflowId))) await store.end(workflowId)
      else await store.keepOutput(workflowId, task.ref, output)
      return true
    } catch (error) {
      if (signal.aborted) await noted.takeBack().catch(() => undefined)
      signal.throwIfAborted()
      if (isStoreFault(error) && !isCinegraphError(error) && (await store.runs(workflowId))) {
        await noted.takeBack()
        throw error
      }
      return this.#afterFailure(workflowId, task, error)
    }
  }

  /** Gives false when there is no other try. */
  async #afterFailure(workflowId: string, { ref, name }: DueTask, error: unknown): Promise<false> {
    const { store, tasks, isFinal, onFailedTry } = this.#deps
    if (!(await store.runs(workflowId))) {
      await store.end(workflowId)
      return false
    }
    onFailedTry(workflowId, ref, error)
    const failures = await store.noteFailure(workflowId, ref)
    if (!isFinal(error) && failures <= (tasks.get(name)?.retryCount ?? 3)) throw error
    await this.#fail(workflowId, error)
    return false
  }

  /** The signal of a task, which also aborts when the task has taken too long and when its workflow is over. */
  #watched(workflowId: string, signal: AbortSignal, seconds: number): AsyncDisposable & { readonly signal: AbortSignal } {
    const over = new AbortController()
    const look = async (): Promise<void> => {
      if (!(await this.#deps.store.runs(workflowId))) over.abort()
    }
    const timer = setInterval(() => void look().catch(() => undefined), watchMs)
    const late =
      seconds > 0
        ? setTimeout(() => over.abort(new CinegraphError('ENCODE_FAILED', { why: 'it took too long' })), seconds * 1000)
        : undefined
    return {
      signal: AbortSignal.any([signal, over.signal]),
      [Symbol.asyncDispose]: async () => {
        clearInterval(timer)
        clearTimeout(late)
      },
    }
  }

  async #goOn(workflowId: string, ref: string): Promise<void> {
    const { store, definition, onCompleted } = this.#deps
    const state = await store.read(workflowId)
    if (state === null) return
    const { due, output } = decide(definition, state)
    if (output !== undefined) {
      await onCompleted(workflowId, output)
      return store.end(workflowId)
    }
    const before = new Set(decide(definition, without(state, ref)).due.map((task) => task.ref))
    await this.#enqueue(
      workflowId,
      state.input,
      due.filter((task) => !before.has(task.ref)),
    )
  }

  async #enqueue(workflowId: string, input: Json, due: readonly DueTask[]): Promise<void> {
    const { jobs, queue, handlers, urgency } = this.#deps
    for (const { ref, name } of due)
      await jobs.enqueue(queue, { workflowId, ref }, { priority: urgency(input) + (handlers[name]?.priority ?? 0) })
  }

  async #fail(workflowId: string, error: unknown): Promise<void> {
    const { code, message } = isCinegraphError(error) ? error : new CinegraphError('INTERNAL', {}, error)
    await this.#deps.store.fail(workflowId, { code, message })
    await this.#endFailed(workflowId, { code, message })
  }

  async #endFailed(workflowId: string, failure: Failure): Promise<void> {
    const { store, onFailed } = this.#deps
    const state = await store.read(workflowId)
    // NOTE: without its input it was told before, by a worker that was ended while it cleaned up.
    if (state !== null && state.input !== null) await onFailed(state.input, failure)
    await store.end(workflowId)
  }
}

const without = ({ input, outputs }: WorkflowState, ref: string) => ({
  input,
  outputs: new Map([...outputs].filter(([name]) => name !== ref)),
})
