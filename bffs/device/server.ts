import { GraphQLError } from 'graphql'
import mercurius, { type IResolvers } from 'mercurius'
import type { Heartbeat } from '#platform/contracts/topics/playback.heartbeats.ts'
import { errorTable } from '#platform/errors/errors.ts'
import { causeOf, toGraphqlError } from '#platform/graphql/answer-error.ts'
import type { ExecuteGraphql, GraphqlAnswer } from '#platform/graphql/execute.ts'
import { limitQuery } from '#platform/graphql/limits.ts'
import { askWith } from '#platform/graphql/operation.ts'
import { serveGraphql } from '#platform/graphql/serve.ts'
import { createHttp, type Http, type HttpDeps } from '#platform/http/server.ts'
import type { ReadCaller } from '#platform/identity/caller.ts'
import type { CreateCache } from '#platform/ports/cache.ts'
import type { EventLog } from '#platform/ports/event-log.ts'
import { createCoerceVariables } from './coerce-variables.ts'
import type { BffContext } from './context.ts'
import { readDocuments, readSchema } from './documents.ts'
import { serveHeartbeat } from './heartbeat.ts'

declare module 'mercurius' {
  interface MercuriusContext extends BffContext {}
}

export type BffDeps = Omit<HttpDeps, 'name'> & {
  readonly supergraph: ExecuteGraphql
  readonly events: EventLog
  readonly readCaller: ReadCaller
  readonly createCache: CreateCache
  /** Pages of other origins that may ask this BFF. */
  readonly allowedOrigins: () => readonly string[]
}
export type BffDefinition = {
  readonly device: Heartbeat['device']
  /** Folder that holds the device's own `schema.graphql` and `documents/`. */
  readonly home: string
  readonly resolvers: IResolvers
}

/** A device's GraphQL server, with its heartbeat endpoint; its documents are compiled before it listens. */
export const createBff = async (
  { device, home, resolvers }: BffDefinition,
  { supergraph, events, readCaller, allowedOrigins, ...http }: BffDeps,
): Promise<Http> => {
  const app = createHttp({ name: device, ...http })
  allowOrigins(app, allowedOrigins)
  await app.register(mercurius, {
    schema: readSchema(home),
    resolvers,
    jit: 1,
    routes: false,
    validationRules: [limitQuery()],
    // NOTE: here errors still have their causes; what `app.graphql` gives has lost them.
    errorFormatter: ({ data, errors }) => ({
      statusCode: 200,
      response: { data: data ?? null, errors: errors?.map((error) => formatError(app, error)) ?? null },
    }),
  })
  serveGraphql(app, { execute: executeWith(app, supergraph) }, readCaller)
  const documents = readDocuments(home)
  app.get('/documents.json', async () => Object.fromEntries(documents))
  serveHeartbeat(app, { device, events, readCaller })
  app.addHook('onReady', () => warmUp(app, documents))
  return app
}

/** Answers by Mercurius, whose own route does not follow the GraphQL over HTTP specification in all points. */
const executeWith = (app: Http, supergraph: ExecuteGraphql): ExecuteGraphql => {
  const coerce = createCoerceVariables(app.graphql.schema)
  return async ({ query, variables, operationName }, caller) => {
    const context: BffContext = { caller, ask: askWith(supergraph, caller) }
    try {
      const { data, errors } = await app.graphql(query, context, coerce(query, variables ?? {}), operationName)
      return { data: data ?? null, ...(errors ? { errors } : {}) }
    } catch (error) {
      const causes = error instanceof Error && 'errors' in error && Array.isArray(error.errors) ? error.errors : [error]
      return { errors: causes.map((cause) => formatError(app, cause).toJSON()) }
    }
  }
}

const formatError = (app: Http, error: unknown): GraphQLError => {
  const answer = toGraphqlError(
    error instanceof GraphQLError
      ? error
      : new GraphQLError('', { originalError: error instanceof Error ? error : new Error(String(error)) }),
  )
  if (answer.extensions.code === errorTable.INTERNAL.graphql) app.log.error({ err: causeOf(error) }, 'resolver failed')
  return answer
}

const allowOrigins = (app: Http, origins: () => readonly string[]): void => {
  app.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers
    if (origin === undefined || !origins().includes(origin)) return
    reply.header('access-control-allow-origin', origin).header('vary', 'origin').header('access-control-max-age', '600')
    reply.header('access-control-allow-headers', 'authorization,content-type,traceparent,x-cinegraph-device')
  })
  app.options('/*', async (_request, reply) => reply.code(204).header('access-control-allow-methods', 'POST').send())
}

/**
 * NOTE: Mercurius compiles an operation, blocking, when it is asked a second time. Nobody is signed in here, so nothing
 * is asked of the supergraph; operations that need no sign-in are compiled by their first callers.
 */
const warmUp = async (app: Http, documents: ReadonlyMap<string, string>): Promise<void> => {
  const caller = { viewer: null, region: '', deviceId: 'warm-up', token: '' }
  const refused: ExecuteGraphql = async (): Promise<GraphqlAnswer> => ({ data: null, errors: [] })
  const context: BffContext = { caller, ask: askWith(refused, caller) }
  const variables = { id: '', text: '', titleId: '', profileId: '', planId: '', email: '', password: '', refreshToken: '' }
  for (const document of documents.values()) {
    for (let times = 0; times < 2; times += 1) await app.graphql(document, context, variables).catch(() => undefined)
  }
}
