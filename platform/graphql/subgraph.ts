import { ApolloServer } from '@apollo/server'
import { unwrapResolverError } from '@apollo/server/errors'
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { GraphQLError, parse } from 'graphql'
import type { Caller } from '#platform/contracts/viewer.ts'
import { causeOf, toGraphqlError } from '#platform/graphql/answer-error.ts'
import { dateTime } from '#platform/graphql/date-time.ts'
import { documentStore } from '#platform/graphql/document-store.ts'
import type { GraphqlAnswer, GraphqlService } from '#platform/graphql/execute.ts'
import { guardAccess } from '#platform/graphql/guard-access.ts'
import { guardArguments } from '#platform/graphql/guard-arguments.ts'
import { admission } from '#platform/graphql/limits/admission.ts'
import { withinLimits } from '#platform/graphql/limits/answer-size.ts'
import { subgraphLimits } from '#platform/graphql/limits/limits.ts'
import { subscribeWith } from '#platform/graphql/subscribe.ts'
import type { Http } from '#platform/http/server.ts'
import type { ReadCaller } from '#platform/identity/caller.ts'
import type { Log } from '#platform/observe/log.ts'

export type SubgraphOptions<L> = {
  readonly name: string
  /** The text of schema.graphql. */
  readonly typeDefs: string
  readonly resolvers: object
  /** Loaders of one request: what they load is remembered until it is answered, and not longer. */
  readonly loaders: (caller: Caller) => L
  readonly log: Log
}
type ResolverMap = NonNullable<
  Extract<Parameters<typeof buildSubgraphSchema>[0], readonly unknown[]>[number] extends infer M
    ? M extends { resolvers?: infer R }
      ? R
      : never
    : never
>
export type SubgraphContext<L> = {
  readonly caller: Caller
  readonly loaders: L
  /** The end of a subscription; absent otherwise. */
  readonly signal?: AbortSignal
}
export type Subgraph = AsyncDisposable &
  GraphqlService & {
    readonly name: string
    /** Routes that it serves beside GraphQL. */
    readonly serve?: (app: Http, readCaller: ReadCaller) => void
  }

/** A federation subgraph that answers requests as a function; `serveGraphql` puts it on HTTP. */
export const createSubgraph = async <L>({ name, typeDefs, resolvers, loaders, log }: SubgraphOptions<L>): Promise<Subgraph> => {
  const schema = buildSubgraphSchema([{ typeDefs: parse(typeDefs), resolvers: withScalars(typeDefs, resolvers) as ResolverMap }])
  guardArguments(schema)
  guardAccess(schema)
  const formatError = (error: GraphQLError): GraphQLError => {
    const answer = toGraphqlError(error)
    if (answer.extensions.code === 'INTERNAL_SERVER_ERROR') log.error({ err: causeOf(error), subgraph: name }, 'resolver failed')
    return answer
  }
  const server = new ApolloServer<SubgraphContext<L>>({
    schema,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    csrfPrevention: false,
    introspection: true,
    documentStore: documentStore(),
    parseOptions: { maxTokens: subgraphLimits.tokensMax },
    plugins: [ApolloServerPluginInlineTraceDisabled()],
    formatError: (_formatted, error) =>
      formatError(
        error instanceof GraphQLError ? error : new GraphQLError('', { originalError: unwrapResolverError(error) as Error }),
      ).toJSON(),
  })
  await server.start()
  const admit = admission(schema, subgraphLimits)
  return {
    name,
    execute: async (request, caller) => {
      const refused = admit(request)
      if (refused !== undefined) return refused
      const answer = answerOf(await server.executeOperation(request, { contextValue: { caller, loaders: loaders(caller) } }))
      return withinLimits(answer, subgraphLimits)
    },
    subscribe: subscribeWith({ schema, admit, contextOf: (caller, signal) => ({ caller, loaders: loaders(caller), signal }), formatError }),
    [Symbol.asyncDispose]: () => server.stop(),
  }
}

const withScalars = (typeDefs: string, resolvers: object): object =>
  typeDefs.includes('scalar DateTime') ? { ...resolvers, DateTime: dateTime } : resolvers

type ExecuteResult = Awaited<ReturnType<ApolloServer<object>['executeOperation']>>

/** The single result of an operation, without the wrapping of Apollo Server. */
export const answerOf = ({ body }: ExecuteResult): GraphqlAnswer => {
  if (body.kind !== 'single') throw new TypeError('An incremental answer came where a single one was asked for')
  const { data, errors } = body.singleResult
  return { data: data as GraphqlAnswer['data'], ...(errors === undefined ? {} : { errors }) }
}
