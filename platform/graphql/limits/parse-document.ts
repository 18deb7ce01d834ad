import { type DocumentNode, GraphQLError, parse } from 'graphql'

export const tokensMaxDefault = 10_000

/** A document of at most `tokensMax` tokens. Throws a GraphQLError with code GRAPHQL_PARSE_FAILED. */
export const parseDocument = (text: string, tokensMax = tokensMaxDefault): DocumentNode => {
  try {
    return parse(text, { maxTokens: tokensMax })
  } catch (error) {
    const { message, source = null, positions = null } = error instanceof GraphQLError ? error : nestedTooDeeply
    throw new GraphQLError(message, { source, positions, extensions: { code: 'GRAPHQL_PARSE_FAILED' } })
  }
}

/** The parser descends for each bracket; what exhausts its stack is a RangeError. */
const nestedTooDeeply = new GraphQLError('Syntax Error: Document is nested too deeply. Parsing aborted.')
