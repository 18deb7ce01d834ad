import { errorTable } from '#platform/errors/errors.ts'
import type { GraphqlError } from '#platform/graphql/execute.ts'

/** Codes of our own rows that are answered with a 4xx, and those of Apollo Server that are the same idea. */
const callersCodes: ReadonlySet<unknown> = new Set([
  ...Object.values(errorTable).flatMap(({ http, graphql }) => (http >= 400 && http < 500 ? [graphql] : [])),
  ...['BAD_USER_INPUT', 'BAD_REQUEST', 'UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND'],
  ...['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'OPERATION_RESOLUTION_FAILURE'],
])

/** Whether whoever asked is at fault for all of these errors: another server would refuse the same request too. */
export const areCallersFaults = (errors: readonly GraphqlError[] = []): boolean =>
  errors.length > 0 && errors.every(({ extensions }) => callersCodes.has(extensions?.code))
