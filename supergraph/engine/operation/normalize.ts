import {
  type FieldNode,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  type InlineFragmentNode,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  print,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import type { AnswerLimits } from '#platform/graphql/limits/answer-size.ts'
import { isMetaField } from '#platform/graphql/limits/counts.ts'
import { isIncluded } from '../project/selection.ts'
import type { IsDenied } from './access.ts'
import type { ReadOperation, Variables } from './document.ts'
import { withoutLargeNumbers } from './exact-literals.ts'
import { hoistInterfaceFields, typename } from './hoist.ts'
import type { StoredKey } from './stored-key.ts'
import { withPlannedNames } from './variable-names.ts'

export type NormalizeDeps = {
  readonly schema: GraphQLSchema
  /** Whether some subgraph knows this interface as an `@interfaceObject`. */
  readonly hasInterfaceObject: (name: string) => boolean
  /** Whether a value of this abstract type can be of one that users do not see. */
  readonly hasHidden: (name: string) => boolean
  readonly storedKey: StoredKey
  readonly answerLimits: AnswerLimits
}
/** What one request decides about an operation. */
export type Deciding = { readonly variables: Variables; readonly isDenied: IsDenied }
type Normalizing = NormalizeDeps & Deciding & Pick<ReadOperation, 'fragments' | 'directives' | 'hasDefer'>

/**
 * The operation as text for the planner: `@skip` and `@include` decided, fragments written where they are spread, what
 * stands twice written once, and without what the gateway answers by itself. Null when nothing is left to plan.
 */
export const normalizedText = (read: ReadOperation, deps: NormalizeDeps, conditions: Deciding): string | null => {
  const { operation, fragments, directives, hasDefer } = read
  const root = deps.schema.getRootType(operation.operation)
  if (!root) return null
  const selections = normalize([operation.selectionSet], root, { ...deps, ...conditions, fragments, directives, hasDefer })
  const planned = selections.filter((node) => node.kind !== Kind.FIELD || !node.name.value.startsWith('__'))
  if (planned.length === 0) return null
  return print(withPlannedNames(withoutLargeNumbers(withVariables({ ...operation, selectionSet: setOf(planned) }), deps.schema)))
}

const setOf = (selections: readonly SelectionNode[]): SelectionSetNode => ({ kind: Kind.SELECTION_SET, selections })

/** Fields by response key and fragments by type, each once. */
type Gathered = { readonly fields: Map<string, FieldNode[]>; readonly fragments: Map<string, SelectionSetNode[]> }

const normalize = (sets: readonly SelectionSetNode[], type: GraphQLNamedType, deps: Normalizing): readonly SelectionNode[] => {
  const gathered: Gathered = { fields: new Map(), fragments: new Map() }
  for (const set of sets) gather(set, type, { gathered, deps })
  // NOTE: what a value is must be known to hide it, and to send it later.
  if (isAbstractType(type) && (deps.hasHidden(type.name) || deps.hasDefer)) gathered.fields.set('__typename', [typename])
  const isSplit = isInterfaceType(type) && deps.hasInterfaceObject(type.name)
  if (isSplit) joinInterfaceFields(gathered, type, deps)
  if (!deps.directives.isEmpty) repeatInFragments(gathered, deps)
  const fields = [...gathered.fields.values()].map((nodes): FieldNode => {
    const [first] = nodes as [FieldNode]
    const definition = 'getFields' in type ? type.getFields()[first.name.value] : undefined
    const below = nodes.flatMap(({ selectionSet }) => (selectionSet === undefined ? [] : [selectionSet]))
    const { selectionSet: _, directives: __, alias: ___, ...bare } = first
    const key = deps.directives.keyOf(nodes, deps.storedKey(first))
    const field: FieldNode = key === bare.name.value ? bare : { ...bare, alias: { kind: Kind.NAME, value: key } }
    return definition === undefined || below.length === 0
      ? field
      : { ...field, selectionSet: nonEmpty(normalize(below, getNamedType(definition.type), deps)) }
  })
  const inline = [...gathered.fragments].flatMap(([name, inner]): readonly InlineFragmentNode[] => {
    const on = deps.schema.getType(name)
    const selections = on === undefined ? [] : normalize(inner, on, deps)
    const typeCondition = { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: name } } as const
    return selections.length === 0 ? [] : [{ kind: Kind.INLINE_FRAGMENT, typeCondition, selectionSet: setOf(selections) }]
  })
  const all = [...fields, ...inline]
  return isSplit ? hoistInterfaceFields(all, type) : all
}

/**
 * A field that is asked of an interface and again of one of its types is asked of the interface once, with both
 * selections: planners lose one of two such requests to the subgraph of an `@interfaceObject`.
 */
const joinInterfaceFields = (gathered: Gathered, type: GraphQLInterfaceType, deps: Normalizing): void => {
  for (const [name, sets] of gathered.fragments) {
    const on = deps.schema.getType(name)
    if (!isObjectType(on)) continue
    const own: Gathered = { fields: new Map(), fragments: new Map() }
    for (const set of sets) gather(set, on, { gathered: own, deps })
    for (const [key, nodes] of own.fields) {
      const [known] = gathered.fields.get(key) ?? []
      const [first] = nodes
      if (known === undefined || first === undefined || type.getFields()[first.name.value] === undefined) continue
      if (known.name.value !== first.name.value || argumentsText(known) !== argumentsText(first)) continue
      own.fields.delete(key)
      // NOTE: what a value has of its type still depends on which that is.
      gathered.fields.set('__typename', [typename])
      for (const node of nodes) push(gathered.fields, key, node)
    }
    gathered.fragments.set(name, [setOf([...own.fields.values()].flat())])
  }
}

/** What is asked of an interface and again of one of its types is one field of that type, with the directives of both. */
const repeatInFragments = ({ fields, fragments }: Gathered, deps: Normalizing): void => {
  for (const [name, sets] of fragments) {
    const on = deps.schema.getType(name)
    const own: Gathered = { fields: new Map(), fragments: new Map() }
    if (on !== undefined) for (const set of sets) gather(set, on, { gathered: own, deps })
    const both = [...own.fields.keys()].flatMap((key) => fields.get(key) ?? [])
    if (both.length > 0) sets.push(setOf(both))
  }
}

const argumentsText = ({ arguments: given = [] }: FieldNode): string => given.map((each) => print(each)).join()

/** A value all of whose fields are skipped is still asked for: whether it is null shows. */
const nonEmpty = (selections: readonly SelectionNode[]): SelectionSetNode => setOf(selections.length > 0 ? selections : [typename])

type Gathering = { readonly gathered: Gathered; readonly deps: Normalizing }

const gather = (set: SelectionSetNode, type: GraphQLNamedType, { gathered, deps }: Gathering): void => {
  for (const node of set.selections) {
    if (!isIncluded(node, deps.variables)) continue
    if (node.kind === Kind.FIELD) {
      if (deps.isDenied(type.name, node.name.value)) continue
      if (isMetaField(node.name.value)) continue
      // NOTE: the projection knows a value's type by the name `__typename` alone.
      if (node.name.value === '__typename') gathered.fields.set('__typename', [typename])
      else push(gathered.fields, deps.storedKey(node), node)
      continue
    }
    const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : deps.fragments.get(node.name.value)
    if (fragment === undefined) continue
    const on = fragment.typeCondition?.name.value ?? type.name
    if (on === type.name || isSupertype(deps.schema, on, type)) gather(fragment.selectionSet, type, { gathered, deps })
    else for (const name of narrowed(deps.schema, on, type)) push(gathered.fragments, name, fragment.selectionSet)
  }
}

/**
 * A fragment on an abstract type that only overlaps with the one around it says the same as fragments on their common
 * object types. One that can never apply says nothing.
 */
const narrowed = (schema: GraphQLSchema, name: string, type: GraphQLNamedType): readonly string[] => {
  const wanted = schema.getType(name)
  if (isObjectType(type)) return []
  if (!isAbstractType(wanted) || !isAbstractType(type) || schema.isSubType(type, wanted as GraphQLInterfaceType)) return [name]
  const possible = new Set(schema.getPossibleTypes(type))
  return schema.getPossibleTypes(wanted).flatMap((each) => (possible.has(each) ? [each.name] : []))
}

const isSupertype = (schema: GraphQLSchema, name: string, type: GraphQLNamedType): boolean => {
  const wanted = schema.getType(name)
  return isAbstractType(wanted) && schema.isSubType(wanted, type as GraphQLObjectType)
}

const push = <K, V>(map: Map<K, V[]>, key: K, value: V): void => {
  const known = map.get(key)
  if (known === undefined) map.set(key, [value])
  else known.push(value)
}

/** Without the variables that only conditions used. */
const withVariables = (operation: OperationDefinitionNode): OperationDefinitionNode => {
  const text = print(operation.selectionSet)
  const used = new Set([...text.matchAll(/\$(\w+)/g)].map(([, name]) => name))
  return {
    ...operation,
    directives: [],
    variableDefinitions: (operation.variableDefinitions ?? []).filter(({ variable }) => used.has(variable.name.value)),
  }
}
