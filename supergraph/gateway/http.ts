import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { z } from 'zod'
import { CinegraphError } from '#platform/errors/errors.ts'
import { readExactBodies } from '#platform/graphql/exact-body.ts'
import type { GraphqlRequest } from '#platform/graphql/execute.ts'
import { SubscriptionQuota } from '#platform/graphql/limits/subscription-quota.ts'
import { answerOverHttp, type JsonAnswer, kindOf } from '#platform/graphql/over-http.ts'
import { type AnswerPart, answerInParts, type PartsFormat, wantsParts } from '#platform/graphql/over-multipart.ts'
import { answerAsEvents, wantsEvents } from '#platform/graphql/over-sse.ts'
import { parseParameters, readJson } from '#platform/graphql/request.ts'
import { allowOriginsToAsk } from '#platform/http/cors.ts'
import { createHttp, errorAnswer, type Http, type HttpDeps, noteFailure } from '#platform/http/server.ts'
import { secretEqual } from '#platform/identity/secret-equal.ts'
import { endingAfter } from '#platform/resilience/deadline.ts'
import type { Answered } from '../engine/answered.ts'
import { cacheControlOf } from '../engine/caching.ts'
import { serveExplain } from '../explain.ts'
import { serveExplorer } from '../explorer.ts'
import { type Admission, createAdmission } from './admission.ts'
import { answerBatch, refusalOf } from './batch.ts'
import { readEncodedBodies } from './bodies.ts'
import type { Serving } from './canary.ts'
import { counted } from './counted.ts'
import type { Documents } from './documents.ts'
import { endToEnd } from './headers.ts'
import { hooked, type Ways } from './hooked.ts'
import type { Incoming } from './incoming.ts'
import type { Live } from './live.ts'
import { type Observe, observeOperations } from './observe.ts'
import type { GatewaySettings } from './settings.ts'
import type { createShadow } from './shadow.ts'
import { serveSingleConnection } from './single-connection.ts'
import { serveWebSocket } from './streams.ts'
import { bearerReader } from './tokens.ts'

export type GatewayHttpDeps = {
  readonly serving: Pick<Serving, 'use' | 'stream' | 'current'>
  /** Called with each answered operation; may answer it a second time elsewhere. */
  readonly shadow?: ReturnType<typeof createShadow<Incoming>>
  readonly live: Live
  readonly log: Logger
  readonly tls?: HttpDeps['tls']
}

/** A supergraph of anybody's subgraphs on HTTP: single operations, batches, streams, WebSockets, and its Explorer page. */
export const createGatewayHttp = (deps: GatewayHttpDeps): Http => {
  const { serving, live, log, tls } = deps
  const { settings } = live.now
  const documents: Documents = (asked) => live.now.documents(asked)
  const observe = observeOperations(log, settings.slowMs)
  const hosts = [settings.host, ...settings.allowedHosts]
  const app = createHttp({ name: 'gateway', log, hosts, tls })
  readExactBodies(app)
  readEncodedBodies(app)
  allowOriginsToAsk(app, () => settings.corsOrigins)
  const admission = createAdmission()
  app.addHook('onClose', async () => admission[Symbol.dispose]())
  const answered = waysOf(deps, { admission, observe })
  const ways = live.derive(({ hooks }) => hooked(answered, hooks))
  /** NOTE: an operation that is no subscription costs over a stream what it costs elsewhere, and waits to be let in like it. */
  const admittedFirst = (asked: GraphqlRequest, answers: AsyncIterable<Answered>): AsyncIterable<Answered> =>
    kindOf(asked) === 'subscription' ? answers : firstWithin(admission, answers)
  const quota = new SubscriptionQuota(settings.subscriptions)
  const subscribe = (asked: GraphqlRequest, incoming: Incoming, signal: AbortSignal) =>
    counted(quota, { account: incoming.bearer?.subject }, () => admittedFirst(asked, ways().subscribe(asked, incoming, signal)))
  const incomingOf = incomingReader(settings)
  const claimHeaders = Object.values(settings.claims).map((name) => name?.toLowerCase() ?? '')
  const hasClaims = ({ bearer, headers }: Incoming): boolean =>
    bearer !== undefined || claimHeaders.some((name) => headers[name] !== undefined)
  app.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    errorHandler: sendError,
    handler: async (request, reply) => {
      const incoming = await incomingOf(request.headers, request.ip)
      const admitted = (asked: GraphqlRequest) => admission.run(() => ways().execute(asked, incoming))
      if (Array.isArray(request.body)) return answerBatch(request.body, reply, { ...live.now, answer: admitted })
      const refusal = fillDocument(request, documents)
      if (refusal !== undefined) return reply.code(200).type('application/json; charset=utf-8').send(refusal.json())
      if (wantsParts(request)) return answerInParts(request, reply, (asked, format) => ways().inParts(asked, incoming, format))
      if (wantsEvents(request)) return answerAsEvents(request, reply, (asked, signal) => subscribe(asked, incoming, signal))
      // NOTE: all of it is let in, to the last byte. What an answer is made of would outlive its collection if promises that
      // are old from waiting led to it.
      return admission.run(async () =>
        // NOTE: who has left while it waited costs nothing more.
        request.socket.destroyed
          ? reply.hijack()
          : answerOverHttp(request, reply, async (asked) =>
              withCacheControl(await ways().execute(asked, incoming), reply, hasClaims(incoming)),
            ),
      )
    },
  })
  serveWebSocket(app, {
    subscribe,
    contextOf: incomingOf,
    documents,
    tokenHeaders: tokenHeadersOf(settings),
    perSocketMax: settings.subscriptions.perSocketMax,
    hosts,
    origins: settings.corsOrigins,
  })
  serveSingleConnection(app, { subscribe, contextOf: incomingOf, documents, limits: settings.subscriptions })
  serveForgetting(app, deps)
  if (settings.explain ?? !settings.production)
    serveExplain(app, {
      documents,
      planFor: async (asked, headers) => {
        const incoming = await incomingOf(headers)
        return admission.run(() => serving.current.engine.explain(asked, incoming))
      },
    })
  serveExplorer(app)
  app.get('/', async (_request, reply) => reply.redirect('/explorer'))
  return app
}

/** What went wrong with a request as a whole, in the words of GraphQL. */
const sendError = async (error: Error, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
  const { status, body } = errorAnswer(error)
  noteFailure(error, request)
  if (status === 401) reply.header('www-authenticate', 'Bearer')
  const { code, message } = body.error
  const text = JSON.stringify({ errors: [{ message, extensions: { code } }] })
  return reply.code(status).type('application/json; charset=utf-8').send(text)
}

/** What a request brings, with who asks where the gateway verifies tokens. */
const incomingReader = ({ jwt }: GatewaySettings): ((headers: IncomingHttpHeaders, address?: string) => Promise<Incoming>) => {
  if (jwt === undefined) return async (headers, address = '') => ({ headers: endToEnd(headers), address })
  const readBearer = bearerReader(jwt)
  return async (received, address = '') => {
    const headers = endToEnd(received)
    return { headers, address, bearer: await readBearer(headers) }
  }
}

/** Where a token may come from in `connection_init`: never from a header that a trusted proxy sets. */
const tokenHeadersOf = ({ jwt, claims }: GatewaySettings): readonly string[] => {
  const trusted = Object.values(claims).map((name) => name?.toLowerCase())
  return ['authorization', ...(jwt === undefined ? [] : [jwt.header.toLowerCase()])].filter((name) => !trusted.includes(name))
}

/** A stream ends when the token that opened it runs out. */
const whileBorne = ({ bearer }: Incoming, signal: AbortSignal): AbortSignal =>
  bearer === undefined ? signal : endingAfter(bearer.expiresAt - Date.now(), signal)

/** The first answer waits to be let in like any operation; those after it are on their way already. */
async function* firstWithin<T>(admission: Admission, stream: AsyncIterable<T>): AsyncGenerator<T> {
  const answers = stream[Symbol.asyncIterator]()
  try {
    for (let next = await admission.run(() => answers.next()); next.done !== true; next = await answers.next()) yield next.value
  } finally {
    await answers.return?.()
  }
}

/** How operations are answered by the version that serves, and observed. */
const waysOf = (
  { serving, shadow }: GatewayHttpDeps,
  { admission, observe }: { readonly admission: Admission; readonly observe: Observe },
): Ways => ({
  execute: async (asked, incoming) => {
    const answer = await observe.operation(asked, () => serving.use(incoming, (gateway) => gateway.execute(asked, incoming)))
    shadow?.(asked, incoming, answer.value)
    return answer
  },
  inParts: inPartsWith(serving, { admission, observe }),
  subscribe: (asked, incoming, signal) => serving.stream((gateway) => gateway.subscribe(asked, incoming, whileBorne(incoming, signal))),
})

const inPartsWith =
  (serving: GatewayHttpDeps['serving'], { admission, observe }: { readonly admission: Admission; readonly observe: Observe }) =>
  (asked: GraphqlRequest, incoming: Incoming, format: PartsFormat): AsyncIterable<AnswerPart> =>
    firstWithin(
      admission,
      observe.inParts(
        asked,
        serving.stream((gateway) => gateway.executeInParts(asked, incoming, format)),
      ),
    )

/** Says how long the answer may be kept, where all its subgraphs said so. */
const withCacheControl = (answer: Answered, reply: FastifyReply, isCallersOwn: boolean): Answered => {
  const control = answer.hasErrors ? undefined : cacheControlOf(answer.caching, isCallersOwn)
  if (control !== undefined) reply.header('cache-control', control)
  return answer
}

const Forgetting = z.object({ tags: z.array(z.string()).min(1).max(1_000) })

/** `POST /cache/forget` with the cache's key as a bearer token and `{ "tags": […] }`. */
const serveForgetting = (app: Http, { serving, live }: GatewayHttpDeps): void => {
  const key = live.now.settings.cache?.key
  if (key === undefined) return
  app.post('/cache/forget', async (request, reply) => {
    if (!secretEqual(request.headers.authorization ?? '', `Bearer ${key}`)) throw new CinegraphError('FORBIDDEN')
    const asked = Forgetting.safeParse(request.body)
    if (!asked.success) throw new CinegraphError('INPUT_INVALID', { name: 'tags', why: 'has to be a list of 1 to 1,000 names' })
    return reply.send({ forgotten: serving.current.forget(asked.data.tags) })
  })
}

/** Puts the text of a document that was named by hash or id into the request; gives the refusal when it is not known. */
const fillDocument = (request: FastifyRequest, documents: Documents): JsonAnswer | undefined => {
  const isGet = request.method === 'GET'
  const asked = (isGet ? request.query : request.body) as Record<string, unknown> | null | undefined
  if (typeof asked !== 'object' || asked === null) return undefined
  const read = parseParameters(isGet ? { ...asked, variables: undefined, extensions: readJson(asked.extensions) } : asked)
  // NOTE: what cannot be read is refused by the specification's rules for the media type that is wanted.
  if ('why' in read) return undefined
  const { query, documentId, extensions } = read.parameters
  if (query === undefined && documentId === undefined && extensions === undefined) return undefined
  const found = documents({ query, documentId, extensions })
  if ('refusal' in found) return refusalOf(found)
  // NOTE: also when a text came along: a trusted name must not open the door for another text.
  asked.query = found.query
  return undefined
}
