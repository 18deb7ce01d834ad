import {
  type ConstDirectiveNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type TypeNode,
  type UnionTypeDefinitionNode,
} from 'graphql'
import { entityKeys } from '../schema/entity-keys.ts'
import { type SupergraphDocument, stringArgument } from '../schema/supergraph-document.ts'

/** What each subgraph knows of types, by the `join` directives of a supergraph. */
export type SubgraphTypes = {
  /** Object types that a value of a type can have when this subgraph gives it. */
  readonly possible: (subgraph: string, type: string) => readonly string[]
  /** Whether the subgraph knows the interface as an object, and so no types behind it. */
  readonly isInterfaceObject: (subgraph: string, type: string) => boolean
  readonly isObject: (type: string) => boolean
  readonly knows: (subgraph: string, type: string) => boolean
  readonly isAbstract: (type: string) => boolean
  /** Whether a type is another one, or implements or belongs to it. */
  readonly isOneOf: (type: string | undefined, of: string) => boolean
  /** The type that a field has in a subgraph, without its wrappers. */
  readonly fieldType: (subgraph: string, type: string, field: string) => string | undefined
  readonly keysOf: ReturnType<typeof entityKeys>
}
type Composite = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode

export const subgraphTypes = (supergraph: SupergraphDocument): SubgraphTypes => {
  const { document, subgraphs } = supergraph
  const composites = new Map<string, Composite>()
  const unions = new Map<string, UnionTypeDefinitionNode>()
  for (const node of document.definitions) {
    if (node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION) composites.set(node.name.value, node)
    if (node.kind === Kind.UNION_TYPE_DEFINITION) unions.set(node.name.value, node)
  }
  const graphOf = (subgraph: string): string => subgraphs.get(subgraph)?.graph ?? ''
  const isObject = (type: string): boolean => composites.get(type)?.kind === Kind.OBJECT_TYPE_DEFINITION
  const everyMember = (type: string): readonly string[] => [
    ...(unions.get(type)?.types?.map(({ name }) => name.value) ?? []),
    ...[...composites.values()].filter((each) => implementsType(each, type)).map(({ name }) => name.value),
  ]
  const members = remembered((type) => new Set(everyMember(type)))
  const joinsOf = (subgraph: string, type: string) => uses(composites.get(type), 'join__type', graphOf(subgraph))
  const isInterfaceObject = (subgraph: string, type: string): boolean =>
    joinsOf(subgraph, type).some((each) => isTrue(each, 'isInterfaceObject'))
  const ownMembers = (subgraph: string, type: string): readonly string[] => {
    if (isInterfaceObject(subgraph, type)) return [...members(type)].filter(isObject)
    const graph = graphOf(subgraph)
    const union = unions.get(type)
    if (union !== undefined) return uses(union, 'join__unionMember', graph).flatMap((each) => stringArgument(each, 'member') ?? [])
    return [...composites.values()].flatMap((each) =>
      each.kind === Kind.OBJECT_TYPE_DEFINITION &&
      uses(each, 'join__implements', graph).some((one) => stringArgument(one, 'interface') === type)
        ? [each.name.value]
        : [],
    )
  }
  const possible = remembered((id) => {
    const [subgraph = '', type = ''] = id.split('\0')
    if (isObject(type)) return [type]
    const own = ownMembers(subgraph, type)
    // NOTE: supergraphs of older versions do not say which subgraph knows which member.
    return own.length > 0 ? own : [...members(type)].filter(isObject)
  })
  return {
    possible: (subgraph, type) => possible(`${subgraph}\0${type}`),
    isInterfaceObject,
    isObject,
    knows: (subgraph, type) => joinsOf(subgraph, type).length > 0,
    isAbstract: (type) => unions.has(type) || composites.get(type)?.kind === Kind.INTERFACE_TYPE_DEFINITION,
    isOneOf: (type, of) => type !== undefined && (type === of || members(of).has(type)),
    fieldType: (subgraph, type, field) => {
      const node = composites.get(type)?.fields?.find(({ name }) => name.value === field)
      return node && (typeIn(node, graphOf(subgraph)) ?? nameOf(node.type))
    },
    keysOf: entityKeys(supergraph),
  }
}

const implementsType = (node: Composite, type: string): boolean => node.interfaces?.some(({ name }) => name.value === type) === true

type Directed = { readonly directives?: readonly ConstDirectiveNode[] | undefined }
const uses = (node: Directed | undefined, directive: string, graph: string): readonly ConstDirectiveNode[] =>
  (node?.directives ?? []).filter((each) => each.name.value === directive && stringArgument(each, 'graph') === graph)

const isTrue = ({ arguments: given = [] }: ConstDirectiveNode, name: string): boolean =>
  given.some((each) => each.name.value === name && each.value.kind === Kind.BOOLEAN && each.value.value)

const typeIn = (node: FieldDefinitionNode, graph: string): string | undefined =>
  uses(node, 'join__field', graph)
    .flatMap((each) => stringArgument(each, 'type') ?? [])
    .map((text) => text.replace(/[^\w]/g, ''))[0]

const nameOf = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type))

const remembered = <T>(make: (key: string) => T): ((key: string) => T) => {
  const known = new Map<string, T>()
  return (key) => {
    const present = known.get(key) ?? make(key)
    known.set(key, present)
    return present
  }
}
