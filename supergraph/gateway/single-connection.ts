import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { CinegraphError, isCinegraphError } from '#platform/errors/errors.ts'
import type { GraphqlRequest } from '#platform/graphql/execute.ts'
import { defaultQuota, type QuotaLimits } from '#platform/graphql/limits/subscription-quota.ts'
import { jsonOf } from '#platform/graphql/over-http.ts'
import { drained } from '#platform/graphql/over-sse.ts'
import { parseParameters } from '#platform/graphql/request.ts'
import { takeOver } from '#platform/graphql/take-over.ts'
import type { Http } from '#platform/http/server.ts'
import type { Documents } from './documents.ts'
import type { Subscribe } from './streams.ts'

export type SingleConnectionDeps<C> = {
  readonly subscribe: Subscribe<C>
  readonly contextOf: (headers: IncomingHttpHeaders) => Promise<C>
  readonly documents: Documents
  readonly limits?: QuotaLimits
}
type Stream = { raw: ServerResponse | undefined; readonly operations: Map<string, AbortController>; readonly unclaimed: NodeJS.Timeout }

const path = '/graphql/stream'
const tokenHeader = 'x-graphql-event-stream-token'
const claimMs = 30_000
const quietMs = 12_000
const mediaType = 'text/event-stream; charset=utf-8'

/**
 * Single connection mode of GraphQL over SSE (https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md): a client
 * reserves a stream by `PUT`, opens it by `GET`, and sends its operations by `POST` under names of its own; `DELETE` ends one.
 */
export const serveSingleConnection = <C>(app: Http, deps: SingleConnectionDeps<C>): void => {
  const { limits = defaultQuota } = deps
  const streams = new Map<string, Stream>()
  const streamOf = (request: FastifyRequest): Stream => {
    const { token } = request.query as { readonly token?: unknown }
    const found = streams.get(String(request.headers[tokenHeader] ?? token ?? ''))
    if (found === undefined) throw new CinegraphError('NOT_FOUND', { what: 'such', id: 'stream' })
    return found
  }
  app.put(path, async (request, reply) => {
    await deps.contextOf(request.headers)
    if (streams.size >= limits.perProcessMax)
      throw new CinegraphError('TOO_MANY_SUBSCRIPTIONS', { what: 'This server', max: limits.perProcessMax })
    const token = randomUUID()
    const unclaimed = setTimeout(() => streams.delete(token), claimMs).unref()
    streams.set(token, { raw: undefined, operations: new Map(), unclaimed })
    return reply.code(201).type('text/plain; charset=utf-8').send(token)
  })
  app.get(path, async (request, reply) => {
    const stream = streamOf(request)
    if (stream.raw !== undefined) return reply.code(409).send({ error: { code: 'INPUT_INVALID', message: 'This stream is open already.' } })
    open(reply, stream, () => {
      for (const [token, each] of streams) if (each === stream) streams.delete(token)
    })
    return reply
  })
  app.post(path, async (request, reply) => {
    const stream = streamOf(request)
    const read = parseParameters(request.body)
    if ('why' in read) return refuse(reply, read.why)
    const { extensions, ...named } = read.parameters
    const id = extensions?.operationId
    if (typeof id !== 'string' || id === '' || stream.operations.has(id))
      return refuse(reply, '`extensions.operationId` has to be a new name')
    if (stream.operations.size >= limits.perSocketMax)
      throw new CinegraphError('TOO_MANY_SUBSCRIPTIONS', { what: 'This connection', max: limits.perSocketMax })
    const found = deps.documents({ ...named, extensions })
    if ('refusal' in found) return refuse(reply, found.refusal)
    const context = await deps.contextOf(request.headers)
    void carryOut({ id, stream, asked: { ...named, query: found.query } }, (asked, signal) => deps.subscribe(asked, context, signal)).catch(
      (error: unknown) => request.log.error({ err: error }, 'stream failed'),
    )
    return reply.code(202).send()
  })
  app.delete(path, async (request, reply) => {
    const { operationId } = request.query as { readonly operationId?: unknown }
    streamOf(request).operations.get(String(operationId))?.abort()
    return reply.code(200).send()
  })
}

const refuse = (reply: FastifyReply, message: string): FastifyReply =>
  reply
    .code(400)
    .type('application/json; charset=utf-8')
    .send(JSON.stringify({ errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] }))

const open = (reply: FastifyReply, stream: Stream, onGone: () => void): void => {
  clearTimeout(stream.unclaimed)
  const raw = takeOver(reply, mediaType)
  stream.raw = raw
  raw.write(':\n\n')
  const alive = setInterval(() => raw.write(':\n\n'), quietMs)
  raw.on('close', () => {
    clearInterval(alive)
    onGone()
    for (const operation of stream.operations.values()) operation.abort()
  })
}

type Carrying = { readonly id: string; readonly stream: Stream; readonly asked: GraphqlRequest }

const carryOut = async (
  { id, stream, asked }: Carrying,
  begin: (asked: GraphqlRequest, signal: AbortSignal) => ReturnType<Subscribe<never>>,
): Promise<void> => {
  const ended = new AbortController()
  stream.operations.set(id, ended)
  const send = async (event: string): Promise<void> => {
    if (stream.raw?.write(event) === false) await drained(stream.raw, ended.signal)
  }
  const next = (json: Buffer): Promise<void> => send(`event: next\ndata: {"id":${JSON.stringify(id)},"payload":${json}}\n\n`)
  try {
    for await (const answer of begin(asked, ended.signal)) {
      if (ended.signal.aborted) return
      await next(answer.json())
    }
  } catch (error) {
    if (!isCinegraphError(error)) throw error
    await next(jsonOf({ errors: [{ message: error.message, extensions: { code: error.code } }] }).json())
  } finally {
    stream.operations.delete(id)
    if (!ended.signal.aborted) await send(`event: complete\ndata: {"id":${JSON.stringify(id)}}\n\n`)
  }
}
