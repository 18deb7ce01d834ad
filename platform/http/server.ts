import type { Socket } from 'node:net'
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from 'fastify'
import type { Logger } from 'pino'
import { CinegraphError, errorTable, isCinegraphError } from '#platform/errors/errors.ts'
import { compressAnswers } from '#platform/http/compress.ts'
import { boundHeldBytes } from '#platform/http/held-bytes.ts'
import { refuseOtherHosts } from '#platform/http/hosts.ts'
import { createReadiness } from '#platform/http/readiness.ts'
import { secondsHistogram } from '#platform/observe/metrics.ts'
import { isTraced, type OpenSpan, openSpan } from '#platform/observe/spans.ts'
import { receivedTrace, withTrace } from '#platform/observe/tracing.ts'

/** What one client can take of a server before it has asked anything. */
export type ConnectionLimits = {
  readonly connectionsMax: number
  /** How long a client may take for the head of a request, and for all of it. */
  readonly headersMs: number
  readonly requestMs: number
  readonly idleMs: number
  /** What clients that do not read, or do not finish what they send, may hold in memory together. */
  readonly heldBytesMax: number
}
const defaultLimits: ConnectionLimits = {
  connectionsMax: 10_000,
  headersMs: 10_000,
  requestMs: 30_000,
  idleMs: 60_000,
  heldBytesMax: 128 * 1024 * 1024,
}
const startMs = 120_000
const headerBytesMax = 16 * 1024
const headersMax = 100
const bodyLimitBytes = 256 * 1024
const closeGraceMs = 5_000
const requestSeconds = secondsHistogram('http_request_seconds', 'Time to answer HTTP requests', ['server', 'route', 'status'])

export type HttpDeps = {
  readonly name: string
  readonly log: Logger
  /** What must work before this process takes traffic; rejects or returns false when it does not. */
  readonly ready?: () => Promise<boolean>
  readonly connections?: Partial<ConnectionLimits>
  /** Names with a dot under which it may be asked, beside this machine's own; `*` for any. */
  readonly hosts?: readonly string[] | undefined
  /** A certificate with its chain, and its key, in PEM: the server speaks TLS then. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined
}
export type Http = FastifyInstance

/** A Fastify server with what every process owes: trace per request, health, limits, errors without stack traces. */
export const createHttp = ({ name, log, ready = async () => true, connections = {}, hosts = [], tls }: HttpDeps): Http => {
  const { connectionsMax, headersMs, requestMs, idleMs, heldBytesMax } = { ...defaultLimits, ...connections }
  const server = { maxHeaderSize: headerBytesMax, headersTimeout: headersMs, connectionsCheckingInterval: Math.min(2_000, headersMs) }
  const app = Fastify({
    loggerInstance: log,
    // NOTE: a line carries the trace of its request already, so that requests need no loggers of their own.
    childLoggerFactory: (logger) => logger,
    bodyLimit: bodyLimitBytes,
    requestTimeout: requestMs,
    connectionTimeout: idleMs,
    keepAliveTimeout: idleMs + 5_000,
    // NOTE: a BFF asks its screens once before it listens, which takes a machine that is busy more than Fastify's 10 s.
    pluginTimeout: startMs,
    ...(tls === undefined ? { http: server } : { https: { ...server, ...tls, minVersion: 'TLSv1.2', handshakeTimeout: headersMs } }),
    forceCloseConnections: 'idle',
    logController: new LogController({ disableRequestLogging: true }),
    return503OnClosing: false,
    routerOptions: { maxParamLength: 2_000 },
    clientErrorHandler: refuseMalformed,
    frameworkErrors: (error, _request, reply) => void sendError(error, reply),
  }) as unknown as Http
  app.server.maxConnections = connectionsMax
  app.server.maxHeadersCount = headersMax
  boundHeldBytes(app.server, { name, bytesMax: heldBytesMax, log })
  app.setNotFoundHandler(async () => {
    throw new CinegraphError('NOT_FOUND', { what: 'such', id: 'route' })
  })
  observeRequests(app, { name, log })
  refuseOtherHosts(app, hosts)
  compressAnswers(app)
  // NOTE: a client that does not read its answer would hold the process; what is not read by then is given up.
  app.addHook('preClose', async () => void setTimeout(() => app.server.closeAllConnections(), closeGraceMs).unref())
  app.setErrorHandler<FastifyError>(async (error, request, reply) => {
    noteFailure(error, request)
    return sendError(error, reply)
  })
  app.get('/health/live', async () => ({ status: 'live' }))
  const readiness = createReadiness(ready)
  app.get('/health/ready', async (_request, reply) => {
    const isReady = await readiness()
    return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'not ready' })
  })
  return app
}

/** An expected failure says what is wrong by its code; of others the stack is wanted. */
export const noteFailure = (error: Error, { log }: FastifyRequest): void => {
  if (errorAnswer(error).status < 500) return
  if (isCinegraphError(error)) log.warn({ code: error.code, reason: error.message }, 'request not answered')
  else log.error({ err: error }, 'request failed')
}

const sendError = (error: FastifyError, reply: FastifyReply): FastifyReply => {
  const { status, body } = errorAnswer(error)
  const { retryAfterSeconds } = isCinegraphError(error) ? error.details : {}
  if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds)
  return reply.code(status).send(body)
}

const statusOfFault: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
}

/** What is not HTTP gets the same shape of answer as every other error, and its connection is closed. */
const refuseMalformed = (error: NodeJS.ErrnoException, socket: Socket): void => {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const status = statusOfFault[error.code ?? ''] ?? '400 Bad Request'
  const body = JSON.stringify({ error: { code: 'INPUT_INVALID', message: `The request cannot be read: ${status.slice(4)}.` } })
  const head = `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n`
  socket.end(`${head}${body}`, () => socket.destroy())
}

/**
 * A span, a trace to go on with, a figure and a log line for each request.
 * NOTE: hooks of every request take a callback, because each promise of theirs would be paid by every request.
 */
const observeRequests = (app: Http, { name, log }: Pick<HttpDeps, 'name' | 'log'>): void => {
  const spans = new WeakMap<object, OpenSpan>()
  app.addHook('onRequest', (request, _reply, done) => {
    // NOTE: the path itself can hold a stream token; the route cannot.
    const route = request.routeOptions.url ?? ''
    const span = openSpan(`${request.method} ${route}`, {
      kind: 'server',
      attributes: { 'http.request.method': request.method, 'http.route': route, 'server.name': name },
      parent: receivedTrace(request.headers) ?? null,
    })
    if (isTraced()) spans.set(request, span)
    withTrace(span.trace, done)
  })
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none'
    const { statusCode, elapsedTime } = reply
    spans.get(request)?.end(statusCode >= 500 ? new CinegraphError('INTERNAL') : undefined)
    requestSeconds.observe({ server: name, route, status: statusCode }, elapsedTime / 1000)
    if (log.isLevelEnabled('debug')) log.debug({ route, status: statusCode, ms: Math.round(elapsedTime) }, 'answered')
    done()
  })
}

/** Fastify's own sentences that would repeat what the client sent. */
const malformed: Readonly<Record<string, string>> = {
  FST_ERR_BAD_URL: 'The path of the request is not well-formed: look at its percent-encoding.',
  FST_ERR_ROUTE_MAX_PARAM_LENGTH: 'A part of the path is too long.',
}

type ErrorAnswer = { readonly status: number; readonly body: { readonly error: { readonly code: string; readonly message: string } } }

/** What a caller may learn of an error: expected ones in full, the rest as INTERNAL. */
export const errorAnswer = (error: FastifyError | Error): ErrorAnswer => {
  if (isCinegraphError(error)) return { status: errorTable[error.code].http, body: { error: { code: error.code, message: error.message } } }
  const status = 'statusCode' in error ? (error.statusCode ?? 500) : 500
  if (status < 500)
    return { status, body: { error: { code: 'INPUT_INVALID', message: malformed[(error as FastifyError).code] ?? error.message } } }
  const hidden = new CinegraphError('INTERNAL')
  return { status: 500, body: { error: { code: hidden.code, message: hidden.message } } }
}

/** Listens and gives the base URL. Throws PORT_TAKEN. Disposing closes gently: what was accepted is finished. */
export const listen = async (app: Http, { host, port, what }: { host: string; port: number; what: string }): Promise<string> => {
  try {
    const address = await app.listen({ host, port })
    return address.replace('0.0.0.0', '127.0.0.1').replace('[::]', '127.0.0.1')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
      throw new CinegraphError('PORT_TAKEN', { port, what }, error)
    throw error
  }
}
