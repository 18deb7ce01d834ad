import { z } from 'zod'
import type { ForkDynamicTask, JoinTask, WorkflowDefinition, WorkflowTask } from './definition.ts'
import { type Json, resolve, type Scope } from './expressions.ts'

/** A task that may be done now, by its reference name, with its input worked out. */
export type DueTask = { readonly ref: string; readonly name: string; readonly input: Json }
/** What comes next in a workflow: the tasks that are due, or its output when all are done. */
export type Decision = { readonly due: readonly DueTask[]; readonly output: Json | undefined }

const DynamicTasks = z.array(z.object({ name: z.string(), taskReferenceName: z.string(), type: z.literal('SIMPLE') }))
const isRecord = (value: Json | undefined): value is { readonly [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What is due in a workflow, by nothing but its definition, its input and what its tasks have given. */
export const decide = (definition: WorkflowDefinition, { input, outputs }: Scope): Decision => {
  const walk = new Walk(input, outputs)
  if (!walk.sequence(definition.tasks)) return { due: walk.due, output: undefined }
  return { due: [], output: resolve(definition.outputParameters, walk.scope) }
}

class Walk {
  readonly due: DueTask[] = []
  readonly scope: Scope
  readonly #outputs: Map<string, Json>
  /** Reference names that the fork before a join has made. */
  #forked: readonly string[] = []
  constructor(input: Json, outputs: ReadonlyMap<string, Json>) {
    this.#outputs = new Map(outputs)
    this.scope = { input, outputs: this.#outputs }
  }

  /** Whether all of them are done. */
  sequence(tasks: readonly WorkflowTask[]): boolean {
    return tasks.every((task) => this.#step(task))
  }

  #step(task: WorkflowTask): boolean {
    if (task.type === 'SIMPLE') return this.#simple({ ...task, input: resolve(task.inputParameters, this.scope) })
    if (task.type === 'FORK_JOIN_DYNAMIC') return this.#forkDynamic(task)
    if (task.type === 'JOIN') return this.#join(task)
    const { forkTasks } = task
    for (const branch of forkTasks) this.sequence(branch)
    this.#forked = forkTasks.map((branch) => branch.at(-1)?.taskReferenceName ?? '')
    return true
  }

  #simple({ name, taskReferenceName: ref, input }: { name: string; taskReferenceName: string; input: Json }): boolean {
    if (this.#outputs.has(ref)) return true
    this.due.push({ ref, name, input })
    return false
  }

  #forkDynamic({ inputParameters, dynamicForkTasksParam, dynamicForkTasksInputParamName }: ForkDynamicTask): boolean {
    const given = resolve(inputParameters, this.scope)
    const member = (name: string): Json | undefined => (isRecord(given) ? given[name] : undefined)
    const inputs = member(dynamicForkTasksInputParamName)
    const tasks = DynamicTasks.parse(member(dynamicForkTasksParam))
    for (const task of tasks) this.#simple({ ...task, input: (isRecord(inputs) ? inputs[task.taskReferenceName] : undefined) ?? {} })
    this.#forked = tasks.map(({ taskReferenceName }) => taskReferenceName)
    return true
  }

  #join({ taskReferenceName, joinOn }: JoinTask): boolean {
    const refs: readonly string[] = joinOn ?? this.#forked
    if (!refs.every((ref) => this.#outputs.has(ref))) return false
    this.#outputs.set(taskReferenceName, Object.fromEntries(refs.map((ref) => [ref, this.#outputs.get(ref) ?? null])))
    return true
  }
}
