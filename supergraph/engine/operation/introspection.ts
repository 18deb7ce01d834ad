import {
  type DocumentNode,
  executeSync,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  separateOperations,
} from 'graphql'
import type { ReadOperation } from './document.ts'

/** The root selections of a kind, with root fragments written out so that nothing else is left. */
const rootPart = (set: SelectionSetNode, fragments: ReadOperation['fragments'], wanted: (name: string) => boolean): SelectionSetNode => ({
  kind: Kind.SELECTION_SET,
  selections: set.selections.flatMap((node): readonly SelectionNode[] => {
    if (node.kind === Kind.FIELD) return wanted(node.name.value) ? [node] : []
    const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : fragments.get(node.name.value)
    if (fragment === undefined) return []
    const selectionSet = rootPart(fragment.selectionSet, fragments, wanted)
    const { typeCondition } = fragment
    const directives = node.directives ?? []
    return selectionSet.selections.length === 0
      ? []
      : [{ kind: Kind.INLINE_FRAGMENT, selectionSet, directives, ...(typeCondition === undefined ? {} : { typeCondition }) }]
  }),
})

const hasField = ({ selections }: SelectionSetNode): boolean => selections.length > 0

/** One operation with the fragments it still uses. */
const only = (document: DocumentNode, operation: OperationDefinitionNode): DocumentNode => {
  const definitions = [operation, ...document.definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION)]
  return Object.values(separateOperations({ kind: Kind.DOCUMENT, definitions }))[0] ?? { kind: Kind.DOCUMENT, definitions }
}

/** `__schema` and `__type` of an operation, answered from the schema; null when it asks for neither. */
export const introspection = (
  { document, operation, fragments }: ReadOperation,
  schema: GraphQLSchema,
): ((variables: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>) | null => {
  const selectionSet = rootPart(operation.selectionSet, fragments, (name) => name === '__schema' || name === '__type')
  if (!hasField(selectionSet)) return null
  const asked = only(document, { ...operation, selectionSet, variableDefinitions: operation.variableDefinitions ?? [] })
  return (variableValues) => executeSync({ schema, document: asked, variableValues }).data ?? {}
}
