import { type ConstDirectiveNode, Kind, type OperationDefinitionNode, parse, type SelectionSetNode } from 'graphql'
import { type SupergraphDocument, stringArgument } from './supergraph-document.ts'

/** Fields of one `@key`, by name; a nested field has fields of its own. */
export type KeyFields = ReadonlyMap<string, KeyFields | null>
/** Keys by which a subgraph, named as composed, can be asked for an entity type. */
export type EntityKeys = (subgraph: string, type: string) => readonly KeyFields[]

/** Reads every `@join__type(graph:, key:)` of the supergraph whose subgraph can be asked by it. */
export const entityKeys = ({ document, subgraphs }: SupergraphDocument): EntityKeys => {
  const keys = new Map<string, KeyFields[]>()
  const nameOfGraph = new Map([...subgraphs].map(([name, { graph }]) => [graph, name]))
  for (const node of document.definitions) {
    if (node.kind !== Kind.OBJECT_TYPE_DEFINITION && node.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue
    for (const directive of node.directives ?? []) readKey(directive, node.name.value)
  }
  function readKey(directive: ConstDirectiveNode, type: string): void {
    const key = directive.name.value === 'join__type' ? stringArgument(directive, 'key') : undefined
    if (key === undefined || isUnresolvable(directive)) return
    const id = `${nameOfGraph.get(stringArgument(directive, 'graph') ?? '')}/${type}`
    keys.set(id, [...(keys.get(id) ?? []), fieldsOf(key)])
  }
  return (subgraph, type) => keys.get(`${subgraph}/${type}`) ?? []
}

const isUnresolvable = ({ arguments: given = [] }: ConstDirectiveNode): boolean =>
  given.some(({ name, value }) => name.value === 'resolvable' && value.kind === Kind.BOOLEAN && !value.value)

const fieldsOf = (fieldSet: string): KeyFields => {
  const [definition] = parse(`{${fieldSet}}`, { noLocation: true }).definitions
  return namesOf((definition as OperationDefinitionNode).selectionSet)
}

const namesOf = (set: SelectionSetNode): KeyFields =>
  new Map(
    set.selections.flatMap((node): (readonly [string, KeyFields | null])[] =>
      node.kind === Kind.FIELD
        ? [[node.name.value, node.selectionSet === undefined ? null : namesOf(node.selectionSet)]]
        : node.kind === Kind.INLINE_FRAGMENT
          ? [...namesOf(node.selectionSet)]
          : [],
    ),
  )
