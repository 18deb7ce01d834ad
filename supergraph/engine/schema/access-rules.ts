import type { GraphQLSchema } from 'graphql'
import {
  type ConstDirectiveNode,
  type FieldDefinitionNode,
  type GraphQLNamedType,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  valueFromASTUntyped,
} from 'graphql'
import type { SupergraphDocument } from './supergraph-document.ts'

/** What is known of who asks. */
export type Claims = {
  readonly isAuthenticated: boolean
  readonly scopes: ReadonlySet<string>
  readonly policies: ReadonlySet<string>
}
/** Whether claims suffice for one directive. */
type Rule = (claims: Claims) => boolean
/** All of these must hold to read a field of a type. */
export type AccessRules = { readonly isEmpty: boolean; readonly of: (type: string, field: string) => readonly Rule[] }

/**
 * `@authenticated`, `@requiresScopes` and `@policy` of the supergraph (https://specs.apollo.dev/authenticated,
 * requiresScopes, policy): on a field, on its type, on the type it returns, and on the same field of an interface.
 */
export const accessRules = (supergraph: SupergraphDocument, schema: GraphQLSchema): AccessRules => {
  const ruled = new Map<string, readonly Rule[]>()
  const read = rulesIn(supergraph)
  for (const node of supergraph.document.definitions) {
    if (!('name' in node) || node.name === undefined || !('directives' in node)) continue
    put(ruled, node.name.value, read(node.directives as readonly ConstDirectiveNode[]))
    if (node.kind !== Kind.OBJECT_TYPE_DEFINITION && node.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue
    for (const field of node.fields ?? []) put(ruled, coordinate(node.name.value, field), read(field.directives ?? []))
  }
  const known = new Map<string, readonly Rule[]>()
  const of = (typeName: string, field: string): readonly Rule[] => {
    const key = `${typeName}.${field}`
    const present = known.get(key)
    if (present !== undefined) return present
    const found = namesFor(schema.getType(typeName), field, key).flatMap((name) => ruled.get(name) ?? [])
    known.set(key, found)
    return found
  }
  return { isEmpty: ruled.size === 0, of }
}

const coordinate = (type: string, field: FieldDefinitionNode): string => `${type}.${field.name.value}`

const put = (ruled: Map<string, readonly Rule[]>, name: string, rules: readonly Rule[]): void => {
  if (rules.length > 0) ruled.set(name, rules)
}

const namesFor = (type: GraphQLNamedType | undefined, field: string, key: string): readonly string[] => {
  if (!isObjectType(type) && !isInterfaceType(type)) return [key]
  const returned = type.getFields()[field]?.type
  const faces = type.getInterfaces().filter((face) => face.getFields()[field] !== undefined)
  return [key, type.name, ...(returned === undefined ? [] : [getNamedType(returned).name]), ...faces.map((face) => `${face.name}.${field}`)]
}

const rulesIn = ({ nameOf }: SupergraphDocument) => {
  const names = { authenticated: nameOf('authenticated'), scopes: nameOf('requiresScopes'), policy: nameOf('policy') }
  return (directives: readonly ConstDirectiveNode[]): readonly Rule[] =>
    directives.flatMap((directive): readonly Rule[] => {
      const name = directive.name.value
      if (name === names.authenticated) return [({ isAuthenticated }) => isAuthenticated]
      if (name === names.scopes) return [oneListOf(directive, 'scopes', ({ scopes }) => scopes)]
      return name === names.policy ? [oneListOf(directive, 'policies', ({ policies }) => policies)] : []
    })
}

/** A list of lists: all names of one of them are needed. */
const oneListOf = (directive: ConstDirectiveNode, argument: string, have: (claims: Claims) => ReadonlySet<string>): Rule => {
  const value = directive.arguments?.find(({ name }) => name.value === argument)?.value
  const lists = (value === undefined ? [] : valueFromASTUntyped(value)) as readonly (readonly string[])[]
  return (claims) => lists.some((names) => names.every((name) => have(claims).has(name)))
}
