import { isObjectType } from 'graphql'
import type { AnswerLimits } from '#platform/graphql/limits/answer-size.ts'
import { type Asking, Selection } from '../project/selection.ts'
import { compileWriter, type WriteData } from '../project/write.ts'
import type { Access } from './access.ts'
import type { ReadOperation, Variables } from './document.ts'
import type { NormalizeDeps } from './normalize.ts'

/** How an answer is made from a tree: what is asked, and its writer. */
export type Projection = {
  readonly selection: Selection
  readonly write: WriteData
  readonly limits: AnswerLimits
}
/** The variables of a request and what its caller may read. */
export type RequestConditions = { readonly variables: Variables; readonly access: Access }
export type Shown = Pick<NormalizeDeps, 'schema' | 'storedKey' | 'hasHidden' | 'answerLimits'>

/** What a selection of an operation asks, once variables and access are decided. */
export const askingOf = (
  { fragments, conditions, directives }: ReadOperation,
  { schema, storedKey, hasHidden }: Pick<Shown, 'schema' | 'storedKey' | 'hasHidden'>,
  { variables, access }: RequestConditions,
): Asking => ({
  schema,
  fragments,
  conditions: Object.fromEntries(conditions.map((name) => [name, variables[name]])),
  isDenied: access.isDenied,
  hasHidden,
  keyOf: (nodes) => (nodes[0] === undefined ? '' : directives.keyOf(nodes, storedKey(nodes[0]))),
})

export const project = (read: ReadOperation, shown: Shown, conditions: RequestConditions): Projection => {
  const { operation } = read
  const root = shown.schema.getRootType(operation.operation)
  if (!isObjectType(root)) throw new TypeError(`The schema has no ${operation.operation} type`)
  const selection = new Selection(root, [operation.selectionSet], askingOf(read, shown, conditions))
  return { selection, write: compileWriter(selection), limits: shown.answerLimits }
}
