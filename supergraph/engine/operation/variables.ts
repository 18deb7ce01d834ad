import { GraphQLError, type GraphQLSchema, getVariableValues } from 'graphql'
import type { ReadOperation, Variables } from './document.ts'

const none: Variables = {}

/** Throws an AggregateError of GraphQLErrors with code BAD_USER_INPUT, one for each variable that does not fit. */
export const coerceVariables = ({ operation }: ReadOperation, given: Variables | undefined, schema: GraphQLSchema): Variables => {
  const definitions = operation.variableDefinitions ?? []
  if (definitions.length === 0) return none
  const { coerced, errors } = getVariableValues(schema, definitions, given ?? none)
  if (errors === undefined) return coerced
  throw new AggregateError(errors.map(badInput))
}

const badInput = ({ message, nodes }: GraphQLError): GraphQLError =>
  new GraphQLError(message, { nodes: nodes ?? null, extensions: { code: 'BAD_USER_INPUT' } })
