import {
  type FragmentDefinitionNode,
  type InlineFragmentNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>

/** The operation of a fetch with its named fragments written where they are spread. Planners name what stands in it twice. */
export const spelledOut = (text: string): OperationDefinitionNode => {
  const { definitions } = parse(text, { noLocation: true })
  const operation = definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION)
  if (operation === undefined) throw new TypeError('A plan asks for something that is no operation')
  const named = definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION)
  if (named.length === 0) return operation
  const fragments = new Map(named.map((node) => [node.name.value, node]))
  return { ...operation, selectionSet: spell(operation.selectionSet, undefined, fragments) }
}

const spell = (set: SelectionSetNode, type: string | undefined, fragments: Fragments): SelectionSetNode => ({
  ...set,
  selections: set.selections.flatMap((node): readonly SelectionNode[] => {
    if (node.kind === Kind.FIELD)
      return [node.selectionSet === undefined ? node : { ...node, selectionSet: spell(node.selectionSet, undefined, fragments) }]
    const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : fragments.get(node.name.value)
    if (fragment === undefined) throw new TypeError('A plan spreads a fragment that it does not have')
    const condition = fragment.typeCondition
    const inner = spell(fragment.selectionSet, condition?.name.value ?? type, fragments)
    const isPlain = node.directives === undefined || node.directives.length === 0
    if (isPlain && (condition === undefined || condition.name.value === type)) return inner.selections
    const { directives = [] } = node
    const inline: InlineFragmentNode = { kind: Kind.INLINE_FRAGMENT, directives, selectionSet: inner }
    return [condition === undefined ? inline : { ...inline, typeCondition: condition }]
  }),
})
