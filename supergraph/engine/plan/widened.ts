import {
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  type InlineFragmentNode,
  isInterfaceType,
  Kind,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'

const typename: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }

/**
 * An operation that asks every object of an interface what it asked only those of some types, as far as the interface has
 * the fields: an answer to it has all that the other asks for. Planners make mistakes where types differ.
 */
export const widened = (text: string, schema: GraphQLSchema): string => {
  const document = parse(text, { noLocation: true })
  const definitions = document.definitions.map((node) => {
    if (node.kind !== Kind.OPERATION_DEFINITION) return node
    const root = schema.getRootType(node.operation)
    return root ? { ...node, selectionSet: setOf(widen(node.selectionSet.selections, root, schema)) } : node
  })
  return print({ ...document, definitions })
}

const setOf = (selections: readonly SelectionNode[]): SelectionSetNode => ({ kind: Kind.SELECTION_SET, selections })

const widen = (selections: readonly SelectionNode[], type: GraphQLNamedType, schema: GraphQLSchema): readonly SelectionNode[] => {
  const lifted =
    isInterfaceType(type) && selections.some((node) => node.kind === Kind.INLINE_FRAGMENT) ? lift(selections, type) : selections
  return lifted.map((node) => {
    if (node.kind === Kind.FRAGMENT_SPREAD || node.selectionSet === undefined) return node
    const below = node.kind === Kind.FIELD ? typeOf(node, type) : schema.getType(node.typeCondition?.name.value ?? type.name)
    return below ? ({ ...node, selectionSet: setOf(widen(node.selectionSet.selections, below, schema)) } as SelectionNode) : node
  })
}

const typeOf = ({ name }: FieldNode, type: GraphQLNamedType): GraphQLNamedType | undefined => {
  const field = 'getFields' in type ? type.getFields()[name.value] : undefined
  return field === undefined ? undefined : getNamedType(field.type as GraphQLOutputType)
}

const keyOf = (node: FieldNode): string => node.alias?.value ?? node.name.value
const meaningOf = (node: FieldNode): string => `${node.name.value}(${(node.arguments ?? []).map((each) => print(each)).join()})`

/** Fields of the interface, with all that is asked of them anywhere, and what is left of the fragments. */
const lift = (selections: readonly SelectionNode[], type: GraphQLNamedType): readonly SelectionNode[] => {
  const all = selections.flatMap((node) => (node.kind === Kind.INLINE_FRAGMENT ? node.selectionSet.selections : [node]))
  const fields = all.filter((node) => node.kind === Kind.FIELD)
  const canLift = (node: FieldNode): boolean =>
    typeOf(node, type) !== undefined && fields.every((each) => keyOf(each) !== keyOf(node) || meaningOf(each) === meaningOf(node))
  const lifted = new Map<string, FieldNode>()
  for (const node of fields) {
    if (!canLift(node)) continue
    const known = lifted.get(keyOf(node))
    lifted.set(keyOf(node), known === undefined ? node : together(known, node))
  }
  const rest = selections.flatMap((node): readonly SelectionNode[] => {
    if (node.kind === Kind.FIELD) return lifted.has(keyOf(node)) ? [] : [node]
    if (node.kind === Kind.FRAGMENT_SPREAD) return [node]
    const kept = node.selectionSet.selections.filter((each) => each.kind !== Kind.FIELD || !lifted.has(keyOf(each)))
    return kept.length === 0 ? [] : [{ ...node, selectionSet: setOf(kept) } satisfies InlineFragmentNode]
  })
  return [typename, ...lifted.values(), ...rest]
}

/** NOTE: the fields below can repeat each other; planners write them once. */
const together = (one: FieldNode, other: FieldNode): FieldNode =>
  one.selectionSet === undefined || other.selectionSet === undefined
    ? one
    : { ...one, selectionSet: setOf([...one.selectionSet.selections, ...other.selectionSet.selections]) }
