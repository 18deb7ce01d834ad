import { type FieldNode, type GraphQLInterfaceType, Kind, print, type SelectionNode } from 'graphql'

/**
 * Moves fields that an interface itself has out of fragments on its object types. For interfaces that some subgraph knows
 * as an `@interfaceObject` only: the planner would ask that subgraph for the fields of one of the types and forget the
 * others. Asking for all types instead fetches a little more and projects the same.
 *
 * NOTE: a field that is fetched along and fails can take its object with it when it may not be null.
 */
export const hoistInterfaceFields = (selections: readonly SelectionNode[], type: GraphQLInterfaceType): readonly SelectionNode[] => {
  const isOnInterface = (node: SelectionNode): node is FieldNode =>
    node.kind === Kind.FIELD && type.getFields()[node.name.value] !== undefined
  const inFragments = selections.flatMap((node) => (node.kind === Kind.INLINE_FRAGMENT ? node.selectionSet.selections : []))
  const asking = selections.filter((node) => node.kind === Kind.INLINE_FRAGMENT && node.selectionSet.selections.some(isOnInterface))
  if (asking.length < 2) return selections
  const own = selections.filter((node) => node.kind === Kind.FIELD)
  const meanings = new Map<string, Set<string>>()
  for (const node of [...own, ...inFragments]) if (node.kind === Kind.FIELD) note(meanings, node)
  const canMove = (node: SelectionNode): node is FieldNode => isOnInterface(node) && meanings.get(keyOf(node))?.size === 1
  const moved = new Map(inFragments.filter(canMove).map((node) => [keyOf(node), node]))
  for (const node of own) moved.delete(keyOf(node))
  const rest = selections.flatMap((node): readonly SelectionNode[] => {
    if (node.kind !== Kind.INLINE_FRAGMENT) return [node]
    const left = node.selectionSet.selections.filter((inner) => !canMove(inner))
    return left.length === 0 ? [] : [{ ...node, selectionSet: { ...node.selectionSet, selections: left } }]
  })
  // NOTE: without a fragment left, nothing else would make the planner find out which type a value has.
  return [typename, ...moved.values(), ...rest]
}

export const typename: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }

const keyOf = (node: FieldNode): string => node.alias?.value ?? node.name.value

const note = (meanings: Map<string, Set<string>>, node: FieldNode): void => {
  const key = keyOf(node)
  meanings.set(key, (meanings.get(key) ?? new Set()).add(print(node)))
}
