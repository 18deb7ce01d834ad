import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import { CinegraphError, type ErrorCode, errorTable, extensionsOf, isCinegraphError } from '#platform/errors/errors.ts'
import { withoutLiterals } from '#platform/graphql/printable.ts'

/** The cause a resolver threw, beneath the wrapping that GraphQL, or its compiled form, puts around it. */
export const causeOf = (error: unknown): unknown =>
  error instanceof Error && 'originalError' in error && error.originalError instanceof Error ? causeOf(error.originalError) : error

/** An error for the answer: expected ones with their code, unexpected ones as INTERNAL without their message. */
export const toGraphqlError = (error: GraphQLError): GraphQLError => {
  const cause = causeOf(error)
  if (isCinegraphError(cause)) return coded(error, cause.code, cause.message)
  // NOTE: an error with a code of its own was made for the caller by validation, the gateway or a subgraph below.
  if (cause instanceof GraphQLError && cause.extensions?.code !== undefined) return withMessage(cause, withoutLiterals(cause.message))
  if (isRequestError(error, cause)) return coded(error, 'INPUT_INVALID', withoutLiterals(error.message))
  return coded(error, 'INTERNAL', new CinegraphError('INTERNAL').message)
}

/**
 * Whether GraphQL itself refused the request: the document or its variables before execution (no path), or an argument
 * whose variable was null. What else it says without a code is of a value that a resolver gave.
 * NOTE: errors of the compiled form have no `extensions` at all.
 */
const isRequestError = ({ path, message }: GraphQLError, cause: unknown): boolean =>
  cause instanceof GraphQLError && (path === undefined || message.startsWith('Argument "'))

const withMessage = (error: GraphQLError, message: string): GraphQLError => {
  if (message === error.message) return error
  const { nodes = null, source = null, positions = null, path = null, extensions } = error
  return new GraphQLError(message, { nodes, source, positions, path, extensions })
}

const coded = (error: GraphQLError, code: ErrorCode, message: string): GraphQLError =>
  new GraphQLError(message, { path: error.path ?? null, extensions: extensionsOf(code) })

/** An error that comes with a code was made for the caller; one without was not, and its message stays here. */
export const publicError = (formatted: GraphQLFormattedError): GraphQLFormattedError => {
  const code = formatted.extensions?.code
  if (typeof code === 'string' && code !== errorTable.INTERNAL.graphql) return formatted
  return { ...formatted, message: new CinegraphError('INTERNAL').message, extensions: { code: errorTable.INTERNAL.graphql, retry: true } }
}
