import { ApolloGateway, type GraphQLDataSource } from '@apollo/gateway'
import { ApolloServer } from '@apollo/server'
import { publicError } from '#platform/graphql/answer-error.ts'
import type { GraphqlAnswer, GraphqlRequest } from '#platform/graphql/execute.ts'
import { answerOf } from '#platform/graphql/subgraph.ts'
import { stringifyExact } from '#platform/text/exact-json.ts'
import type { AskSubgraph } from './engine/ask.ts'

export type ReferenceDeps<C> = {
  readonly supergraphSdl: string
  readonly ask: (subgraph: string, url: string) => AskSubgraph<C>
}
export type Reference<C> = AsyncDisposable & { readonly execute: (request: GraphqlRequest, context: C) => Promise<GraphqlAnswer> }

type Context<C> = { readonly caller?: C }

/** The same graph as Apollo's gateway answers it: what our engine is compared with, in tests and when live queries are shadowed. */
export const createReference = async <C>({ supergraphSdl, ask }: ReferenceDeps<C>): Promise<Reference<C>> => {
  const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
  const gateway = new ApolloGateway({
    supergraphSdl,
    logger: silent,
    buildService: ({ name, url = '' }) => dataSource(name, ask(name, url)),
  })
  const server = new ApolloServer<Context<C>>({ gateway, stopOnTerminationSignals: false, introspection: true, formatError: publicError })
  await server.start()
  return {
    execute: async (request, caller) => answerOf(await server.executeOperation(request, { contextValue: { caller } })),
    [Symbol.asyncDispose]: () => server.stop(),
  }
}

const dataSource = <C>(subgraph: string, ask: AskSubgraph<C>): GraphQLDataSource<Context<C>> => ({
  process: async ({ request, context }) => {
    const query = request.query ?? ''
    const variables = stringifyExact(request.variables ?? {})
    const body = stringifyExact({ query, variables: request.variables ?? {} })
    const kind = /^\s*mutation\b/.test(query) ? 'mutation' : 'query'
    const { data, errors } = await ask({ subgraph, kind, query, variables, body }, context.caller as C)
    return { data: data ?? null, ...(errors === undefined ? {} : { errors }) } as never
  },
})
