import {
  type DirectiveNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql'
import { readSupergraph } from '../../../supergraph/engine/schema/supergraph-document.ts'

/** How one subgraph has a field (https://specs.apollo.dev/join/v0.3#@join__field). */
/** An argument that a field takes from an object above its own (https://specs.apollo.dev/context/v0.1). */
export type ContextArgument = { readonly name: string; readonly types: readonly string[]; readonly set: SelectionSetNode }
export type FieldJoin = { readonly isExternal: boolean; readonly requires: SelectionSetNode | null; readonly isOwner: boolean }
/** How one subgraph has a type. */
export type TypeJoin = { readonly keys: readonly SelectionSetNode[]; readonly isInterfaceObject: boolean }

/** What a supergraph says of who has what, by the names of subgraphs. */
export type Joins = {
  readonly type: (subgraph: string, type: string) => TypeJoin | undefined
  readonly field: (subgraph: string, type: string, field: string) => FieldJoin | undefined
  readonly contextArguments: (type: string, field: string) => readonly ContextArgument[]
  /** The keys of a type, whichever subgraph has them. */
  readonly keys: (type: string) => readonly SelectionSetNode[]
  /** Whether the subgraph says `@provides` of a field of this name. */
  readonly isProvided: (subgraph: string, field: string) => boolean
  /** Whether any subgraph says `@requires` of a field of this name. */
  readonly isRequired: (field: string) => boolean
}

type Arguments = Readonly<Record<string, unknown>>
type Composite = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode
type Given = { readonly directives?: readonly DirectiveNode[] | undefined }

const fieldSet = (text: unknown): SelectionSetNode => {
  const [operation] = parse(`{ ${text} }`, { noLocation: true }).definitions
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new TypeError(`No field set: ${text}`)
  return operation.selectionSet
}

const uses = (node: Given, name: string): readonly Arguments[] =>
  (node.directives ?? [])
    .filter((directive) => directive.name.value === name)
    .map(({ arguments: given = [] }) =>
      Object.fromEntries(given.map(({ name: { value }, value: node }) => [value, valueFromASTUntyped(node)])),
    )

export const readJoins = (supergraphSdl: string): Joins => {
  const { document, subgraphs } = readSupergraph(supergraphSdl)
  const graphOf = (subgraph: string): string | undefined => subgraphs.get(subgraph)?.graph
  const types = new Map(
    document.definitions.flatMap((node) =>
      node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION
        ? [[node.name.value, readType(node)] as const]
        : [],
    ),
  )
  const type = (subgraph: string, name: string): TypeJoin | undefined => {
    const joins = types.get(name)?.joins.filter(({ graph }) => graph === graphOf(subgraph)) ?? []
    if (joins.length === 0) return undefined
    const keys = joins.flatMap(({ key }) => (key === undefined ? [] : [fieldSet(key)]))
    return { keys, isInterfaceObject: joins.some((join) => join.isInterfaceObject === true) }
  }
  const typesOf = (context: string): readonly string[] =>
    document.definitions.flatMap((node) =>
      'name' in node && node.name !== undefined && 'directives' in node && uses(node, 'context').some(({ name }) => name === context)
        ? [node.name.value]
        : [],
    )
  const fieldJoins = [...types.values()].flatMap(({ fields }) => [...fields.values()].flatMap((field) => uses(field, 'join__field')))
  return {
    type,
    field: (subgraph, typeName, name) => {
      const field = types.get(typeName)?.fields.get(name)
      if (field === undefined || type(subgraph, typeName) === undefined) return undefined
      return readField(field, graphOf(subgraph))
    },
    contextArguments: (typeName, name) => {
      const field = types.get(typeName)?.fields.get(name)
      return field === undefined ? [] : uses(field, 'join__field').flatMap(({ contextArguments }) => readContext(contextArguments, typesOf))
    },
    keys: (name) => (types.get(name)?.joins ?? []).flatMap(({ key }) => (key === undefined ? [] : [fieldSet(key)])),
    isProvided: (subgraph, name) => fieldJoins.some(({ graph, provides }) => graph === graphOf(subgraph) && mentions(provides, name)),
    isRequired: (name) => fieldJoins.some(({ requires }) => mentions(requires, name)),
  }
}

const readContext = (given: unknown, typesOf: (context: string) => readonly string[]): readonly ContextArgument[] =>
  (Array.isArray(given) ? given : []).map(({ name, context, selection }: Record<string, string>) => ({
    name: String(name),
    types: typesOf(String(context)),
    set: fieldSet(
      String(selection)
        .trim()
        .replace(/^\{|\}$/g, ''),
    ),
  }))

const mentions = (text: unknown, name: string): boolean => typeof text === 'string' && new RegExp(`\\b${name}\\b`).test(text)

const readType = (node: Composite) => ({
  joins: uses(node, 'join__type'),
  fields: new Map((node.fields ?? []).map((field) => [field.name.value, field])),
})

/** A field without `@join__field` is in every subgraph that has its type; one without a graph is an interface object's. */
const readField = (field: FieldDefinitionNode, graph: string | undefined): FieldJoin | undefined => {
  const joins = uses(field, 'join__field')
  if (joins.length === 0) return { isExternal: false, requires: null, isOwner: true }
  const own = joins.find((join) => join.graph === graph)
  if (own === undefined) return undefined
  const isExternal = own.external === true
  return {
    isExternal,
    requires: own.requires === undefined ? null : fieldSet(own.requires),
    isOwner: !isExternal && own.usedOverridden !== true,
  }
}
