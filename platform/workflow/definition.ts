import { z } from 'zod'

const named = { name: z.string().min(1), taskReferenceName: z.string().min(1) }
const Inputs = z.record(z.string(), z.unknown()).default({})

/** A task that a worker does: the queue of its kind is its name. */
const Simple = z.object({ ...named, type: z.literal('SIMPLE'), inputParameters: Inputs })
const ForkDynamic = z.object({
  ...named,
  type: z.literal('FORK_JOIN_DYNAMIC'),
  inputParameters: Inputs,
  dynamicForkTasksParam: z.string(),
  dynamicForkTasksInputParamName: z.string(),
})
const Join = z.object({ ...named, type: z.literal('JOIN'), joinOn: z.array(z.string()).optional() })
export type SimpleTask = z.infer<typeof Simple>
export type ForkDynamicTask = z.infer<typeof ForkDynamic>
export type JoinTask = z.infer<typeof Join>
export type WorkflowTask = SimpleTask | ForkDynamicTask | JoinTask | ForkTask
export type ForkTask = {
  readonly name: string
  readonly taskReferenceName: string
  readonly type: 'FORK_JOIN'
  readonly forkTasks: readonly (readonly WorkflowTask[])[]
}
const Task: z.ZodType<WorkflowTask> = z.lazy(() =>
  z.union([Simple, ForkDynamic, Join, z.object({ ...named, type: z.literal('FORK_JOIN'), forkTasks: z.array(z.array(Task)) })]),
)

/** How a kind of task is tried. Delays between tries grow as the queue of jobs lets them. */
const TaskDefinition = z.object({
  name: z.string().min(1),
  /** Tries beside the first one. */
  retryCount: z.number().int().min(0).default(3),
  /** What one try may take; 0 is without end. */
  timeoutSeconds: z.number().min(0).default(0),
})
export type TaskDefinition = z.infer<typeof TaskDefinition>

const Definition = z.object({
  name: z.string().min(1),
  version: z.number().int().min(1),
  schemaVersion: z.literal(2),
  tasks: z.array(Task).min(1),
  inputParameters: z.array(z.string()).default([]),
  outputParameters: Inputs,
})
export type WorkflowDefinition = z.infer<typeof Definition>

/** A definition in the JSON of Conductor, of which SIMPLE, FORK_JOIN, FORK_JOIN_DYNAMIC and JOIN are known. Throws for others. */
export const readDefinition = (json: unknown): WorkflowDefinition => {
  const definition = Definition.parse(json)
  const names = referenceNames(definition.tasks)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined) throw new TypeError(`${definition.name} has two tasks of the reference name ${twice}`)
  return definition
}

const referenceNames = (tasks: readonly WorkflowTask[]): readonly string[] =>
  tasks.flatMap((task) => [task.taskReferenceName, ...(task.type === 'FORK_JOIN' ? task.forkTasks.flatMap(referenceNames) : [])])

export const readTaskDefinitions = (json: unknown): ReadonlyMap<string, TaskDefinition> =>
  new Map(
    z
      .array(TaskDefinition)
      .parse(json)
      .map((task) => [task.name, task]),
  )
