import { type GraphQLNamedType, isEnumType } from 'graphql'

/** Thrown when a value cannot stand where it is: the answer is then made by `shapeAnswer`, which says why. */
export const misfit: unique symbol = Symbol('misfit')

/** Whether an enum's value may be shown; every value of another leaf type may. */
export const leafFits = (type: GraphQLNamedType): ((value: unknown) => boolean) => {
  if (!isEnumType(type)) return () => true
  const names = new Set<unknown>(type.getValues().map(({ name }) => name))
  return (value) => names.has(value)
}

/** The value of a leaf as its type is serialized: an `ID` that a subgraph sent as a number is a string. */
export const leafValue = (type: GraphQLNamedType, value: unknown): unknown =>
  (type.name === 'ID' || type.name === 'String') && typeof value === 'number' ? String(value) : value
