import { createSourceEventStream, type ExecutionResult, execute, GraphQLError, type GraphQLSchema, parse, validate } from 'graphql'
import type { Caller } from '#platform/contracts/viewer.ts'
import type { GraphqlAnswer, GraphqlRequest, SubscribeGraphql } from '#platform/graphql/execute.ts'
import type { AdmitRequest } from '#platform/graphql/limits/admission.ts'

export type SubscribeDeps = {
  readonly schema: GraphQLSchema
  readonly admit: AdmitRequest
  /** Made anew for each event, so that nothing which loaders remember grows old. */
  readonly contextOf: (caller: Caller, signal: AbortSignal) => object
  readonly formatError: (error: GraphQLError) => GraphQLError
}

/** Carries subscriptions out on a schema of this process: https://spec.graphql.org/October2021/#sec-Subscription */
export const subscribeWith = ({ schema, admit, contextOf, formatError }: SubscribeDeps): SubscribeGraphql =>
  async function* (request, caller, given) {
    const signal = caller.whileOpen?.(given) ?? given
    const formatted = ({ data, errors }: ExecutionResult): GraphqlAnswer => ({
      data: data ?? null,
      ...(errors === undefined ? {} : { errors: errors.map((error) => formatError(error).toJSON()) }),
    })
    const refused = admit(request)
    if (refused !== undefined) return yield refused
    const document = parsed(request, schema)
    if ('errors' in document) return yield formatted(document)
    const args = { schema, document, variableValues: request.variables, operationName: request.operationName }
    const source = await createSourceEventStream({ ...args, contextValue: contextOf(caller, signal) })
    if (!(Symbol.asyncIterator in source)) return yield formatted(source)
    for await (const event of source) yield formatted(await execute({ ...args, rootValue: event, contextValue: contextOf(caller, signal) }))
  }

const parsed = ({ query }: GraphqlRequest, schema: GraphQLSchema) => {
  try {
    const document = parse(query)
    const errors = validate(schema, document)
    return errors.length > 0 ? { errors } : document
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [error] }
    throw error
  }
}
