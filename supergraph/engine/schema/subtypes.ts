import { type DirectiveNode, type DocumentNode, type GraphQLSchema, Kind, visit } from 'graphql'
import type { IsOneOf } from '../fetch/collect.ts'
import { type SupergraphDocument, stringArgument } from './supergraph-document.ts'

export type Subtypes = {
  readonly isOneOf: IsOneOf
  readonly isObjectType: (name: unknown) => boolean
  /** Abstract types whose values can be of an object type that a schema does not have. */
  readonly hiding: (schema: GraphQLSchema) => ReadonlySet<string>
  readonly hasInterfaceObject: (name: string) => boolean
  readonly isFieldName: (name: string) => boolean
  /** Whether a key, a `@requires` or a `@provides` names such a field. */
  readonly isInFieldSet: (name: string) => boolean
}

/** Which types are which, over the whole supergraph: also what users do not see moves between subgraphs. */
export const subtypes = ({ document }: SupergraphDocument): Subtypes => {
  const objects = new Set<unknown>()
  const interfaceObjects = new Set<string>()
  const fields = new Set<string>()
  const fieldSets = fieldSetNames(document)
  const above = new Map<unknown, Set<string>>()
  const put = (type: string, abstract: string): void => void above.set(type, (above.get(type) ?? new Set()).add(abstract))
  for (const node of document.definitions) {
    if (node.kind === Kind.OBJECT_TYPE_DEFINITION) objects.add(node.name.value)
    if (node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION) {
      for (const face of node.interfaces ?? []) put(node.name.value, face.name.value)
      for (const field of node.fields ?? []) fields.add(field.name.value)
    }
    if (node.kind === Kind.INTERFACE_TYPE_DEFINITION && node.directives?.some(isInterfaceObject)) interfaceObjects.add(node.name.value)
    if (node.kind === Kind.UNION_TYPE_DEFINITION) for (const member of node.types ?? []) put(member.name.value, node.name.value)
  }
  const isOneOf: IsOneOf = (typename, types) => {
    if (types.length === 1 && types[0] === typename) return true
    const supertypes = above.get(typename)
    return types.some((type) => type === typename || supertypes?.has(type) === true)
  }
  return {
    isOneOf,
    hiding: (schema) =>
      new Set([...objects].flatMap((name) => (schema.getType(String(name)) === undefined ? [...(above.get(name) ?? [])] : []))),
    isObjectType: (name) => objects.has(name),
    hasInterfaceObject: (name) => interfaceObjects.has(name),
    isFieldName: (name) => fields.has(name),
    isInFieldSet: (name) => fieldSets.has(name),
  }
}

const fieldSetNames = (document: DocumentNode): ReadonlySet<string> => {
  const names = new Set<string>()
  visit(document, {
    Directive: (node) => {
      if (!node.name.value.startsWith('join__')) return
      for (const argument of ['key', 'requires', 'provides'])
        for (const name of stringArgument(node, argument)?.match(/\w+/g) ?? []) names.add(name)
    },
  })
  return names
}

const isInterfaceObject = ({ name, arguments: given = [] }: DirectiveNode): boolean =>
  name.value === 'join__type' &&
  given.some((each) => each.name.value === 'isInterfaceObject' && each.value.kind === Kind.BOOLEAN && each.value.value)
