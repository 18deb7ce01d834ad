import { ApolloGateway, type GraphQLDataSource } from '@apollo/gateway'
import { ApolloServer } from '@apollo/server'
import { GraphQLError } from 'graphql'
import type { Caller } from '#platform/contracts/viewer.ts'
import { isCinegraphError, messageOf } from '#platform/errors.ts'
import { publicError } from '#platform/graphql/answer-error.ts'
import type { ExecuteGraphql } from '#platform/graphql/execute.ts'
import { limitQuery } from '#platform/graphql/limits.ts'
import { answerOf } from '#platform/graphql/subgraph.ts'
import type { Log } from '#platform/log.ts'
import { secondsHistogram } from '#platform/metrics.ts'

type Context = { readonly caller: Caller }
export type SupergraphDeps = {
  /** The text of supergraph.graphql. */
  readonly supergraphSdl: string
  /** Who answers for each subgraph, by its name in the supergraph: a function of this process, or one that asks another machine. */
  readonly subgraphs: Readonly<Record<string, ExecuteGraphql>>
  readonly log: Log
}
export type Supergraph = AsyncDisposable & { readonly execute: ExecuteGraphql }

const fetchSeconds = secondsHistogram('subgraph_fetch_seconds', 'Time of fetches from subgraphs', ['subgraph'])

/** One graph over the five subgraphs: plans a query, asks each subgraph for its part and joins the parts. */
export const createSupergraph = async ({ supergraphSdl, subgraphs, log }: SupergraphDeps): Promise<Supergraph> => {
  const gateway = new ApolloGateway({
    supergraphSdl,
    buildService: ({ name }) => dataSource(name, subgraphs[name] ?? absent(name), log),
    logger: { debug: () => undefined, info: () => undefined, warn: (message) => log.warn(message), error: (message) => log.error(message) },
  })
  const server = new ApolloServer<Context>({
    gateway,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    csrfPrevention: false,
    introspection: true,
    validationRules: [limitQuery()],
    formatError: publicError,
  })
  await server.start()
  return {
    execute: async (request, caller) => answerOf(await server.executeOperation(request, { contextValue: { caller } })),
    [Symbol.asyncDispose]: () => server.stop(),
  }
}

const absent =
  (name: string): ExecuteGraphql =>
  async () => {
    throw new GraphQLError(`No service answers for the subgraph ${name}.`, { extensions: { code: 'SUBGRAPH_UNAVAILABLE' } })
  }

const dataSource = (name: string, execute: ExecuteGraphql, log: Log): GraphQLDataSource<Context> => ({
  process: async ({ request, context }) => {
    const end = fetchSeconds.startTimer({ subgraph: name })
    // NOTE: without a caller the gateway itself asks, which it does only for introspection.
    const caller = context.caller ?? { viewer: null, region: '', deviceId: '', token: '' }
    try {
      const { data, errors } = await execute({ query: request.query ?? '', variables: request.variables ?? {} }, caller)
      return { data: data ?? null, ...(errors === undefined ? {} : { errors }) } as never
    } catch (error) {
      log.warn({ subgraph: name, reason: messageOf(error) }, 'subgraph does not answer')
      const message = isCinegraphError(error) ? error.message : `The ${name} service does not answer.`
      throw new GraphQLError(message, { extensions: { code: 'SUBGRAPH_UNAVAILABLE', serviceName: name } })
    } finally {
      end()
    }
  },
})
