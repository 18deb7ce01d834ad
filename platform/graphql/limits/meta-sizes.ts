import {
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isUnionType,
} from 'graphql'

/** The size of a list that introspection gives, of all types (`each`) or of one that was reached through another. */
export type MetaSizes = (type: string, field: string, of: 'each' | 'one') => number
type Sizes = { readonly mean: number; readonly max: number }

/**
 * Sizes of the lists of introspection. What is asked of every type counts by its mean, so that the whole schema costs
 * what it has; what is asked of types behind other types by its maximum, as most references are to the large ones.
 */
export const metaSizesOf = (schema: GraphQLSchema): MetaSizes => {
  const types = Object.values(schema.getTypeMap())
  const fields = types.flatMap(fieldsOf)
  const directives = schema.getDirectives()
  const sizes = new Map<string, Sizes>([
    ['__Schema.types', sizesOf([types.length])],
    ['__Schema.directives', sizesOf([directives.length])],
    ['__Directive.args', sizesOf(directives.map(({ args }) => args.length))],
    ['__Directive.locations', sizesOf(directives.map(({ locations }) => locations.length))],
    ['__Field.args', sizesOf(fields.map(({ args }) => args.length))],
    ['__Type.fields', sizesOf(types.map((type) => fieldsOf(type).length))],
    ['__Type.inputFields', sizesOf(types.map((type) => (isInputObjectType(type) ? Object.keys(type.getFields()).length : 0)))],
    ['__Type.enumValues', sizesOf(types.map((type) => (isEnumType(type) ? type.getValues().length : 0)))],
    ['__Type.interfaces', sizesOf(types.map((type) => ('getInterfaces' in type ? type.getInterfaces().length : 0)))],
    ['__Type.possibleTypes', sizesOf(types.map((type) => possibleTypes(schema, type)))],
  ])
  return (type, field, of) => {
    const found = sizes.get(`${type}.${field}`)
    return found === undefined ? 1 : of === 'each' ? found.mean : found.max
  }
}

const sizesOf = (all: readonly number[]): Sizes => ({
  mean: Math.max(1, all.reduce((sum, size) => sum + size, 0) / Math.max(1, all.length)),
  max: Math.max(1, ...all),
})

const fieldsOf = (type: GraphQLNamedType) => (isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [])

const possibleTypes = (schema: GraphQLSchema, type: GraphQLNamedType): number =>
  isInterfaceType(type) || isUnionType(type) ? schema.getPossibleTypes(type).length : 0
