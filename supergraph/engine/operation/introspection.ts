import {
  type DocumentNode,
  executeSync,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
  separateOperations,
  visit,
} from 'graphql'
import { isMetaField } from '#platform/graphql/limits/counts.ts'
import { collect, type IsOneOf } from '../fetch/collect.ts'
import { type IsObjectType, mergeInto } from '../fetch/merge.ts'
import type { EntityPath } from '../plan/planner.ts'
import type { Tree } from '../tree.ts'
import type { ReadOperation, Variables } from './document.ts'
import type { StoredKey } from './stored-key.ts'

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

/** What the schema answers of an operation, by where it belongs. */
export type Introspect = {
  /** `__schema` and `__type` of the root. */
  readonly atRoot: (variables: Variables) => Variables
  /** Adds those of objects deeper down that have the type of the root. */
  readonly below: (root: Tree, variables: Variables) => void
}
export type IntrospectDeps = {
  readonly schema: GraphQLSchema
  readonly storedKey: StoredKey
  readonly isOneOf: IsOneOf
  readonly isObjectType: IsObjectType
}
type Answer = (variables: Variables) => Tree

/** `__schema` and `__type` of an operation, answered from the schema; null when it asks for neither. */
export const introspection = (read: ReadOperation, deps: IntrospectDeps): Introspect | null => {
  const { document, operation } = read
  if (!asksSchema(document)) return null
  const atRoot = answerOf(operation.selectionSet, read, deps.schema)
  const type = deps.schema.getRootType(operation.operation)
  const below = type ? [...placesBelow(operation.selectionSet, { read, deps, type, path: [] })] : []
  if (atRoot === undefined && below.length === 0) return null
  return {
    atRoot: atRoot ?? (() => ({})),
    below: (root, variables) => {
      for (const { path, answer } of below)
        for (const object of collect(root, path, { isOneOf: deps.isOneOf, hasShared: true }))
          mergeInto(object, structuredClone(answer(variables)), deps.isObjectType)
    },
  }
}

const asksSchema = (document: DocumentNode): boolean => {
  let asks = false
  visit(document, {
    Field: ({ name }) => {
      asks ||= isMetaField(name.value)
    },
  })
  return asks
}

const answerOf = (set: SelectionSetNode, { document, operation, fragments }: ReadOperation, schema: GraphQLSchema): Answer | undefined => {
  const selectionSet = rootPart(set, fragments, isMetaField)
  if (!hasField(selectionSet)) return undefined
  const asked = only(document, {
    kind: Kind.OPERATION_DEFINITION,
    operation: OperationTypeNode.QUERY,
    selectionSet,
    variableDefinitions: operation.variableDefinitions ?? [],
  })
  return (variableValues) => ({ ...executeSync({ schema, document: asked, variableValues }).data })
}

type Walking = { readonly read: ReadOperation; readonly deps: IntrospectDeps; readonly type: GraphQLNamedType; readonly path: EntityPath }

function* placesBelow(set: SelectionSetNode, walking: Walking): Generator<{ readonly path: EntityPath; readonly answer: Answer }> {
  const { read, deps, type, path } = walking
  for (const node of set.selections) {
    if (node.kind === Kind.FIELD) {
      const output = 'getFields' in type ? type.getFields()[node.name.value]?.type : undefined
      if (node.selectionSet === undefined || output === undefined) continue
      const below: EntityPath = [...path, { step: 'field', key: read.directives.keyOf([node], deps.storedKey(node)) }, { step: 'items' }]
      const answer = answerOf(node.selectionSet, read, deps.schema)
      if (answer !== undefined) yield { path: [...below, { step: 'types', types: [deps.schema.getQueryType()?.name ?? ''] }], answer }
      yield* placesBelow(node.selectionSet, { ...walking, type: getNamedType(output), path: below })
      continue
    }
    const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : read.fragments.get(node.name.value)
    const on = fragment && deps.schema.getType(fragment.typeCondition?.name.value ?? type.name)
    if (fragment !== undefined && on) yield* placesBelow(fragment.selectionSet, { ...walking, type: on, path })
  }
}
