import { GraphQLError } from 'graphql'
import mercurius, { type IResolvers } from 'mercurius'
import type { Heartbeat } from '#platform/contracts/topics/playback.heartbeats.ts'
import { errorTable } from '#platform/errors/errors.ts'
import { causeOf, toGraphqlError } from '#platform/graphql/answer-error.ts'
import { compiledOperations, type ExecuteCompiled } from '#platform/graphql/compiled-operations.ts'
import type { ExecuteGraphql } from '#platform/graphql/execute.ts'
import { guardArguments } from '#platform/graphql/guard-arguments.ts'
import { withinLimits } from '#platform/graphql/limits/answer-size.ts'
import { defaultLimits, type QueryLimits } from '#platform/graphql/limits/limits.ts'
import { askWith } from '#platform/graphql/operation.ts'
import { serveGraphql } from '#platform/graphql/serve.ts'
import { allowOriginsToAsk } from '#platform/http/cors.ts'
import { createHttp, type Http, type HttpDeps } from '#platform/http/server.ts'
import type { ReadCaller } from '#platform/identity/caller.ts'
import type { CreateCache } from '#platform/ports/cache.ts'
import type { EventLog } from '#platform/ports/event-log.ts'
import type { BffContext } from './context.ts'
import { readDocuments, readSchema } from './documents.ts'
import { fillDocuments } from './fill-documents.ts'
import { serveHeartbeat } from './heartbeat.ts'
import { createKnownTitles } from './known-titles.ts'
import { notingTries, type Tries } from './noting-tries.ts'
import { registeredDocuments } from './registered.ts'
import { createStreams } from './streams.ts'

declare module 'mercurius' {
  interface MercuriusContext extends BffContext {}
}

export type BffDeps = Omit<HttpDeps, 'name'> & {
  readonly supergraph: ExecuteGraphql
  readonly events: EventLog
  readonly readCaller: ReadCaller
  readonly createCache: CreateCache
  /** Origins of pages, other than its own, that may ask this BFF; `*` stands for all. */
  readonly allowedOrigins: () => readonly string[]
  /** Whether only registered documents are answered. */
  readonly registeredOnly?: boolean
  /** Where members find the page; empty without one. */
  readonly pageUrl?: () => string
  /** Of one profile, on average. */
  readonly heartbeatsPerSecond?: number
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
  { supergraph, events, readCaller, allowedOrigins, registeredOnly = false, pageUrl = () => '', heartbeatsPerSecond = 5, ...http }: BffDeps,
): Promise<Http> => {
  const app = createHttp({ name: device, ...http })
  allowOriginsToAsk(app, allowedOrigins)
  // NOTE: Mercurius keeps operations by number, not by bytes, and compiles before it measures; here it makes the schema.
  await app.register(mercurius, { schema: readSchema(home), resolvers, routes: false, cache: false })
  await app.after()
  guardArguments(app.graphql.schema)
  const run = compiledOperations(app.graphql.schema, limits)
  const execute = executeWith(app, run, { supergraph, pageUrl })
  const registered = registeredDocuments(home, { only: registeredOnly })
  fillDocuments(app, registered.find)
  serveGraphql(app, { execute }, readCaller)
  const documents = readDocuments(home)
  app.get('/documents.json', async () => Object.fromEntries(documents))
  const streams = await createStreams(events, http.log)
  app.addHook('onClose', () => streams[Symbol.asyncDispose]())
  const knownTitles = createKnownTitles(supergraph, http.log)
  serveHeartbeat(app, { device, events, readCaller, streams, knownTitles, perSecond: heartbeatsPerSecond })
  app.addHook('onReady', () => warmUp(executeWith(app, run, { supergraph: unasked, pageUrl }), [...registered.texts.values()]))
  return app
}

/** What one screen may ask of a BFF; what a BFF asks of the supergraph for it is its own. */
const limits: QueryLimits = { ...defaultLimits, rootFieldsMax: 10, answerBytesMax: 4 * 1024 * 1024, answerRowsMax: 50_000 }

const executeWith =
  (app: Http, run: ExecuteCompiled, { supergraph, pageUrl }: Required<Pick<BffDeps, 'supergraph' | 'pageUrl'>>): ExecuteGraphql =>
  async (request, caller) => {
    const tries: Tries = {}
    const context: BffContext = { caller, ask: notingTries(askWith(supergraph, caller), tries), pageUrl }
    try {
      const { data, errors } = await run(request, context)
      const formatted = errors?.map((error) => formatError(app, error))
      const answer = withinLimits({ ...(data === undefined ? {} : { data }), ...(formatted ? { errors: formatted } : {}) }, limits)
      return tries.retryAfterSeconds === undefined ? answer : { ...answer, ...tries }
    } catch (error) {
      const causes = error instanceof AggregateError ? error.errors : [error]
      return { errors: causes.map((cause) => formatError(app, cause).toJSON()) }
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

const unasked: ExecuteGraphql = async () => ({ data: null, errors: [] })

/**
 * NOTE: an operation is compiled, blocking, when it is asked a second time. Nobody is signed in here, so nothing is asked
 * of the supergraph; operations that need no sign-in are compiled by their first callers.
 */
const warmUp = async (execute: ExecuteGraphql, documents: readonly string[]): Promise<void> => {
  const caller = { viewer: null, region: '', deviceId: 'warm-up', token: '' }
  const variables = {
    id: '',
    text: '',
    titleId: '',
    profileId: '',
    planId: '',
    email: '',
    password: '',
    refreshToken: '',
    deviceCode: '',
    userCode: '',
    allow: false,
    newPassword: '',
    keepThis: true,
  }
  for (const query of documents)
    for (let times = 0; times < 2; times += 1) await execute({ query, variables }, caller).catch(() => undefined)
}
