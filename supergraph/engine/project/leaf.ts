import { type GraphQLNamedType, isEnumType } from 'graphql'

/** Thrown when a value cannot stand where it is: the answer is then made by `shapeAnswer`, which says why. */
export const misfit: unique symbol = Symbol('misfit')

type Fits = (value: unknown) => boolean

const isInt: Fits = (value) => typeof value === 'number' && (value | 0) === value
const isFloat: Fits = (value) => Number.isFinite(value) || typeof value === 'bigint'
const isBoolean: Fits = (value) => typeof value === 'boolean'
const isText: Fits = (value) => typeof value === 'string' || isFloat(value)
const isId: Fits = (value) => typeof value === 'string' || Number.isInteger(value) || typeof value === 'bigint'
/** NOTE: JSON has numbers that no double has; as a double they would be written as null. */
const isWritable: Fits = (value) => typeof value !== 'number' || Number.isFinite(value)
const byName: ReadonlyMap<string, Fits> = new Map([
  ['Int', isInt],
  ['Float', isFloat],
  ['Boolean', isBoolean],
  ['String', isText],
  ['ID', isId],
])

/**
 * Whether a value that came as JSON is one of a leaf type (https://spec.graphql.org/October2021/#sec-Scalars, result
 * coercion). What a scalar of the schema's own may be only its service knows.
 */
export const leafFits = (type: GraphQLNamedType): Fits => {
  if (!isEnumType(type)) return byName.get(type.name) ?? isWritable
  const names = new Set<unknown>(type.getValues().map(({ name }) => name))
  return (value) => names.has(value)
}

/** The value of a leaf as its type is serialized: an `ID` that a subgraph sent as a number is a string. */
export const leafValue = (type: GraphQLNamedType, value: unknown): unknown =>
  (type.name === 'ID' || type.name === 'String') && typeof value !== 'string' ? String(value) : value
