import { CinegraphError, errorTable } from '#platform/errors/errors.ts'
import type { GraphqlError } from '#platform/graphql/execute.ts'
import type { ShowErrors } from '../engine/answered.ts'

/** In production, an error of a subgraph that has no code of its own was not made for clients: its message stays here. */
export const hideUnexpected: ShowErrors = (errors) => errors.map(hidden)

const hidden = (error: GraphqlError): GraphqlError => {
  const { code, serviceName } = error.extensions ?? {}
  if (code !== errorTable.INTERNAL.graphql && code !== errorTable.SUBGRAPH_ERROR.graphql) return error
  const name = typeof serviceName === 'string' ? serviceName : 'asked'
  return {
    ...error,
    message: new CinegraphError('SUBGRAPH_ERROR', { name }).message,
    extensions: { code, ...(serviceName === undefined ? {} : { serviceName }) },
  }
}
