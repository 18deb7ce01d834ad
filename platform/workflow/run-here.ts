import { decide } from './decide.ts'
import type { WorkflowDefinition } from './definition.ts'
import type { TaskHandler } from './executor.ts'
import type { Json } from './expressions.ts'

export type RunHere = {
  readonly definition: WorkflowDefinition
  readonly handlers: Readonly<Record<string, TaskHandler>>
  readonly workflowId: string
  readonly input: Json
  readonly signal: AbortSignal
}

/** Does a workflow in this process, one task after the other, without keeping what they give. Rejects with the first that fails. */
export const runHere = async ({ definition, handlers, workflowId, input, signal }: RunHere): Promise<Json> => {
  const outputs = new Map<string, Json>()
  for (;;) {
    const { due, output } = decide(definition, { input, outputs })
    if (output !== undefined) return output
    for (const { ref, name, input: given } of due) {
      signal.throwIfAborted()
      const handler = handlers[name]
      if (handler === undefined) throw new TypeError(`There is no worker for the task ${name}`)
      outputs.set(ref, await handler.run(given, { workflowId, ref, done: outputs.size, signal }))
    }
  }
}
