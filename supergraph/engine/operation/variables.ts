import {
  GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  getVariableValues,
  isInputObjectType,
  isInputType,
  isLeafType,
  isListType,
  isNonNullType,
  typeFromAST,
} from 'graphql'
import { isTree } from '../tree.ts'
import type { ReadOperation, Variables } from './document.ts'

const none: Variables = {}

/** Throws an AggregateError of GraphQLErrors with code BAD_USER_INPUT, one for each variable that does not fit. */
export const coerceVariables = ({ operation }: ReadOperation, given: Variables | undefined, schema: GraphQLSchema): Variables => {
  const definitions = operation.variableDefinitions ?? []
  if (definitions.length === 0) return none
  const { coerced, errors } = getVariableValues(
    schema,
    definitions,
    hasBigint(given) ? withLargeNumbers(operation, given, schema) : (given ?? none),
  )
  if (errors === undefined) return coerced
  throw new AggregateError(errors.map(badInput))
}

const badInput = ({ message, nodes }: GraphQLError): GraphQLError =>
  new GraphQLError(message, { nodes: nodes ?? null, extensions: { code: 'BAD_USER_INPUT' } })

const hasBigint = (value: unknown): value is Variables =>
  typeof value === 'bigint' || (typeof value === 'object' && value !== null && Object.values(value).some(hasBigint))

/** Integers that no double holds, as their types take them: an `ID` is a string, a `Float` the nearest double. */
const withLargeNumbers = ({ variableDefinitions = [] }: ReadOperation['operation'], given: Variables, schema: GraphQLSchema): Variables =>
  Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      const definition = variableDefinitions.find(({ variable }) => variable.name.value === name)
      const type = definition && typeFromAST(schema, definition.type as never)
      return [name, isInputType(type) ? adapted(value, type) : value]
    }),
  )

const adapted = (value: unknown, type: GraphQLInputType): unknown => {
  if (isNonNullType(type)) return adapted(value, type.ofType)
  if (isListType(type)) return Array.isArray(value) ? value.map((item) => adapted(item, type.ofType)) : adapted(value, type.ofType)
  if (isInputObjectType(type) && isTree(value)) {
    const fields = type.getFields()
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, fields[name] === undefined ? inner : adapted(inner, fields[name].type)]),
    )
  }
  if (typeof value !== 'bigint' || !isLeafType(type)) return value
  return type.name === 'ID' ? String(value) : type.name === 'Float' ? Number(value) : value
}
