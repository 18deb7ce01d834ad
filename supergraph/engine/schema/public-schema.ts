import {
  type ASTNode,
  buildASTSchema,
  type DefinitionNode,
  type DirectiveNode,
  type GraphQLSchema,
  isScalarType,
  isSpecifiedDirective,
  isSpecifiedScalarType,
  Kind,
  parse,
  specifiedDirectives,
  specifiedScalarTypes,
  type ValueNode,
  valueFromASTUntyped,
  visit,
} from 'graphql'
import { type SupergraphDocument, stringArgument } from './supergraph-document.ts'

/**
 * Which part of the graph a contract serves, by `@tag` (https://specs.apollo.dev/tag): nothing with an excluded tag and,
 * where tags are included, only fields that have one of them or whose type has.
 */
export type Contract = { readonly include?: readonly string[] | undefined; readonly exclude?: readonly string[] | undefined }

const scalars = new Set(specifiedScalarTypes.map(({ name }) => name))
const directives = new Set(specifiedDirectives.map(({ name }) => name))
const filtered: ReadonlySet<string> = new Set([
  Kind.FIELD_DEFINITION,
  Kind.INPUT_VALUE_DEFINITION,
  Kind.ENUM_VALUE_DEFINITION,
  Kind.OBJECT_TYPE_DEFINITION,
  Kind.INTERFACE_TYPE_DEFINITION,
  Kind.UNION_TYPE_DEFINITION,
  Kind.ENUM_TYPE_DEFINITION,
  Kind.INPUT_OBJECT_TYPE_DEFINITION,
  Kind.SCALAR_TYPE_DEFINITION,
])

const outputTypes: ReadonlySet<string> = new Set([Kind.OBJECT_TYPE_DEFINITION, Kind.INTERFACE_TYPE_DEFINITION])

/** What the gateway itself understands: https://github.com/graphql/defer-stream-wg */
const defer = parse('directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT', {
  noLocation: true,
}).definitions

type Directed = { readonly kind?: string; readonly directives?: readonly DirectiveNode[] | undefined }

/**
 * The schema that users see: without `@inaccessible` elements, what a contract leaves out, and the machinery of
 * composition. Types that lose their last field go too.
 */
export const publicSchema = (supergraph: SupergraphDocument, contract: Contract = {}): GraphQLSchema => {
  const { isHidden, isLeftOut } = rulesOf(supergraph, contract)
  const kept = supergraph.document.definitions.filter(
    (node) => !isMachinery(node, supergraph) && !(filtered.has(node.kind) && isHidden(node as Directed)),
  )
  const shown = kept.map((node) =>
    visit(node, {
      enter: (child: ASTNode) =>
        child !== node && filtered.has(child.kind) && (isHidden(child as Directed) || isLeftOut(child as Directed, node))
          ? null
          : undefined,
      Directive: (directive) => (directives.has(directive.name.value) ? undefined : null),
    }),
  )
  return withExactScalars(
    buildASTSchema({ kind: Kind.DOCUMENT, definitions: [...withoutDangling(shown), ...defer] }, { assumeValidSDL: true }),
  )
}

/** Scalars of the schema's own take integers of any size from literals too. */
const withExactScalars = (schema: GraphQLSchema): GraphQLSchema => {
  for (const type of Object.values(schema.getTypeMap()))
    if (isScalarType(type) && !isSpecifiedScalarType(type)) Object.assign(type, { parseLiteral: exactLiteral, serialize: readable })
  return schema
}

/** NOTE: a default value of the schema cannot be shown as a bigint. */
const readable = (value: unknown): unknown => (typeof value === 'bigint' ? Number(value) : value)

const exactLiteral = (node: ValueNode, variables?: Readonly<Record<string, unknown>> | null): unknown => {
  if (node.kind === Kind.INT) return Number.isSafeInteger(Number(node.value)) ? Number(node.value) : BigInt(node.value)
  if (node.kind === Kind.LIST) return node.values.map((each) => exactLiteral(each, variables))
  if (node.kind === Kind.OBJECT)
    return Object.fromEntries(node.fields.map(({ name, value }) => [name.value, exactLiteral(value, variables)]))
  return valueFromASTUntyped(node, { ...variables })
}

const isMachinery = (node: DefinitionNode, supergraph: SupergraphDocument): boolean => {
  if (node.kind === Kind.SCHEMA_EXTENSION) return true
  if (!('name' in node) || node.name === undefined) return false
  const name = node.name.value
  if (node.kind === Kind.DIRECTIVE_DEFINITION)
    return supergraph.isMachinery(name) || isSpecifiedDirective({ name } as (typeof specifiedDirectives)[number])
  return supergraph.isMachinery(name) || scalars.has(name) || name.startsWith('__')
}

const rulesOf = (supergraph: SupergraphDocument, { include, exclude = [] }: Contract) => {
  const inaccessible = supergraph.nameOf('inaccessible')
  const tag = supergraph.nameOf('tag')
  const tagsOf = ({ directives: own = [] }: Directed): readonly string[] =>
    own.filter((directive) => directive.name.value === tag).map((directive) => stringArgument(directive, 'name') ?? '')
  const isIncluded = (node: Directed): boolean => include === undefined || tagsOf(node).some((name) => include.includes(name))
  return {
    isHidden: (node: Directed): boolean =>
      node.directives?.some((directive) => directive.name.value === inaccessible) === true ||
      tagsOf(node).some((name) => exclude.includes(name)),
    isLeftOut: (node: Directed, type: Directed): boolean =>
      node.kind === Kind.FIELD_DEFINITION && outputTypes.has(type.kind ?? '') && !isIncluded(node) && !isIncluded(type),
  }
}

/** Drops what refers to types that are gone, and types that are left empty, until nothing changes. */
const withoutDangling = (definitions: readonly DefinitionNode[]): readonly DefinitionNode[] => {
  const names = new Set(definitions.flatMap((node) => ('name' in node && node.name !== undefined ? [node.name.value] : [])))
  const isGone = (name: string): boolean => !names.has(name) && !scalars.has(name) && !name.startsWith('__')
  let hasChanged = false
  const next = definitions.flatMap((node) => {
    const trimmed = visit(node, {
      FieldDefinition: (field) => (refersTo(field.type, isGone) ? null : undefined),
      InputValueDefinition: (value) => (refersTo(value.type, isGone) ? null : undefined),
      NamedType: (type, _key, parent) => (Array.isArray(parent) && isGone(type.name.value) ? null : undefined),
      OperationTypeDefinition: (operation) => (isGone(operation.type.name.value) ? null : undefined),
    })
    hasChanged ||= trimmed !== node
    if (!isEmpty(trimmed)) return [trimmed]
    hasChanged = true
    return []
  })
  return hasChanged ? withoutDangling(next) : next
}

type TypeReference = { readonly kind: string; readonly type?: TypeReference; readonly name?: { readonly value: string } }
const refersTo = (type: TypeReference, isGone: (name: string) => boolean): boolean =>
  type.type === undefined ? isGone(type.name?.value ?? '') : refersTo(type.type, isGone)

const isEmpty = (node: DefinitionNode): boolean => {
  if (node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION) return node.fields?.length === 0
  if (node.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION) return node.fields?.length === 0
  if (node.kind === Kind.UNION_TYPE_DEFINITION) return node.types?.length === 0
  return node.kind === Kind.ENUM_TYPE_DEFINITION && node.values?.length === 0
}
