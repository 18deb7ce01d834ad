import { type GraphQLSchema, getVariableValues, Kind, parse, type VariableDefinitionNode } from 'graphql'
import { LRUCache } from 'lru-cache'

type Variables = Readonly<Record<string, unknown>>
type Definitions = readonly VariableDefinitionNode[]

const rememberedCharactersMax = 2_000_000

/**
 * The variables of an operation, completed by the defaults of variables and of input fields; unchanged when they do not
 * fit, so that executing the operation says why.
 * NOTE: the compiled form that Mercurius executes refuses what is non-null, has a default and is left out, which
 * https://spec.graphql.org/October2021/#sec-Coercing-Variable-Values allows.
 */
export const createCoerceVariables = (schema: GraphQLSchema): ((query: string, variables: Variables) => Variables) => {
  const remembered = new LRUCache<string, Definitions>({
    maxSize: rememberedCharactersMax,
    sizeCalculation: (_, query) => query.length + 1,
  })
  return (query, variables) => {
    if (!query.includes('$')) return variables
    const definitions = remembered.get(query) ?? definitionsIn(query)
    remembered.set(query, definitions)
    return getVariableValues(schema, definitions, variables).coerced ?? variables
  }
}

const definitionsIn = (query: string): Definitions => {
  try {
    return parse(query).definitions.flatMap((node) => (node.kind === Kind.OPERATION_DEFINITION ? (node.variableDefinitions ?? []) : []))
  } catch {
    return []
  }
}
