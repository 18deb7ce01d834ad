import { setTimeout as sleep } from 'node:timers/promises'
import Fastify, { type FastifyError, type FastifyInstance, LogController } from 'fastify'
import type { Logger } from 'pino'
import { CinegraphError, errorTable, isCinegraphError } from '#platform/errors/errors.ts'
import { registry, secondsHistogram } from '#platform/observe/metrics.ts'
import { isTraced, type OpenSpan, openSpan } from '#platform/observe/spans.ts'
import { enterTrace, receivedTrace } from '#platform/observe/tracing.ts'

const bodyLimitBytes = 256 * 1024
const closeGraceMs = 5_000
const requestSeconds = secondsHistogram('http_request_seconds', 'Time to answer HTTP requests', ['server', 'route', 'status'])

export type HttpDeps = {
  readonly name: string
  readonly log: Logger
  /** What must work before this process takes traffic; rejects or returns false when it does not. */
  readonly ready?: () => Promise<boolean>
}
export type Http = FastifyInstance

/** A Fastify server with what every process owes: trace per request, health, metrics, limits, errors without stack traces. */
export const createHttp = ({ name, log, ready = async () => true }: HttpDeps): Http => {
  const app = Fastify({
    loggerInstance: log,
    bodyLimit: bodyLimitBytes,
    requestTimeout: 30_000,
    connectionTimeout: 60_000,
    keepAliveTimeout: 65_000,
    forceCloseConnections: 'idle',
    logController: new LogController({ disableRequestLogging: true }),
    return503OnClosing: false,
    routerOptions: { maxParamLength: 2_000 },
  }) as unknown as Http
  observeRequests(app, name)
  // NOTE: a client that does not read its answer would hold the process; what is not read by then is given up.
  app.addHook('preClose', async () => void setTimeout(() => app.server.closeAllConnections(), closeGraceMs).unref())
  app.setErrorHandler<FastifyError>(async (error, request, reply) => {
    const { status, body } = errorAnswer(error)
    if (status >= 500) request.log.error({ err: error }, 'request failed')
    return reply.code(status).send(body)
  })
  app.get('/health/live', async () => ({ status: 'live' }))
  app.get('/health/ready', async (_request, reply) => {
    const isReady = await Promise.race([ready(), sleep(2_000, false, { ref: false })]).catch(() => false)
    return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'not ready' })
  })
  app.get('/metrics', async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()))
  return app
}

/** A span, a trace to go on with, a figure and a log line for each request. */
const observeRequests = (app: Http, name: string): void => {
  const spans = new WeakMap<object, OpenSpan>()
  app.addHook('onRequest', async (request) => {
    const attributes = { 'http.request.method': request.method, 'url.path': request.url.split('?')[0] ?? '', 'server.name': name }
    const span = openSpan(`${request.method} ${request.routeOptions.url ?? ''}`, {
      kind: 'server',
      attributes,
      parent: receivedTrace(request.headers) ?? null,
    })
    if (isTraced()) spans.set(request, span)
    enterTrace(span.trace)
  })
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none'
    spans.get(request)?.end(reply.statusCode >= 500 ? new CinegraphError('INTERNAL') : undefined)
    requestSeconds.observe({ server: name, route, status: reply.statusCode }, reply.elapsedTime / 1000)
    request.log.debug({ route, status: reply.statusCode, ms: Math.round(reply.elapsedTime) }, 'answered')
  })
}

type ErrorAnswer = { readonly status: number; readonly body: { readonly error: { readonly code: string; readonly message: string } } }

/** What a caller may learn of an error: expected ones in full, the rest as INTERNAL. */
export const errorAnswer = (error: FastifyError | Error): ErrorAnswer => {
  if (isCinegraphError(error)) return { status: errorTable[error.code].http, body: { error: { code: error.code, message: error.message } } }
  const status = 'statusCode' in error ? (error.statusCode ?? 500) : 500
  if (status < 500) return { status, body: { error: { code: 'INPUT_INVALID', message: error.message } } }
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
