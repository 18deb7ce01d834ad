import type { FastifyReply, FastifyRequest } from 'fastify'
import Negotiator from 'negotiator'
import { type CinegraphError, extensionsOf, isCinegraphError } from '#platform/errors/errors.ts'
import type { GraphqlAnswer, GraphqlRequest } from '#platform/graphql/execute.ts'
import { type JsonAnswer, kindOf, readRequest, sendRefusal } from '#platform/graphql/over-http.ts'
import { takeOver } from '#platform/graphql/take-over.ts'
import { parseExact, stringifyExact } from '#platform/text/exact-json.ts'

const quietMs = 12_000
const mediaType = 'text/event-stream; charset=utf-8'

const events = 'text/event-stream'

/** Whether a client is answered by events: it likes them best, or can take them and subscribes. */
export const wantsEvents = (request: FastifyRequest): boolean => {
  if (!/event-stream/i.test(request.headers.accept ?? '')) return false
  const accepted = new Negotiator(request).mediaTypes(['application/json', 'application/graphql-response+json', events])
  if (accepted[0] === events) return true
  const read = accepted.includes(events) ? readRequest(request) : undefined
  return read !== undefined && 'request' in read && kindOf(read.request) === 'subscription'
}

/** Answers the operation of a request as server-sent events: `next` for each answer, then `complete` (GraphQL over SSE, distinct connections). */
export const answerAsEvents = async (
  request: FastifyRequest,
  reply: FastifyReply,
  events: (asked: GraphqlRequest, signal: AbortSignal) => AsyncIterable<Pick<JsonAnswer, 'json'>>,
): Promise<FastifyReply> => {
  const read = readRequest(request)
  if ('status' in read) return sendRefusal(reply.type('application/json; charset=utf-8'), read)
  await stream(request, reply, (signal) => events(read.request, signal))
  return reply
}

const stream = async (
  request: FastifyRequest,
  reply: FastifyReply,
  events: (signal: AbortSignal) => AsyncIterable<Pick<JsonAnswer, 'json'>>,
): Promise<void> => {
  const raw = takeOver(reply, mediaType)
  const gone = new AbortController()
  raw.on('close', () => gone.abort())
  raw.write(':\n\n')
  const alive = setInterval(() => raw.write(':\n\n'), quietMs)
  try {
    for await (const answer of events(gone.signal)) {
      if (!raw.write(`event: next\ndata: ${answer.json()}\n\n`)) await drained(raw, gone.signal)
      if (gone.signal.aborted) return
    }
    raw.write('event: complete\ndata:\n\n')
  } catch (error) {
    if (gone.signal.aborted) return
    if (isCinegraphError(error)) raw.write(`event: next\ndata: ${JSON.stringify(refusalOf(error))}\n\nevent: complete\ndata:\n\n`)
    else request.log.error({ err: error }, 'stream failed')
  } finally {
    clearInterval(alive)
    raw.end()
  }
}

const refusalOf = ({ message, code }: CinegraphError): GraphqlAnswer => ({ errors: [{ message, extensions: extensionsOf(code) }] })

/** A client that reads slowly holds its source back instead of filling our memory. */
const drained = (raw: FastifyReply['raw'], signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    raw.once('drain', () => resolve())
    signal.addEventListener('abort', () => resolve(), { once: true })
  })

export type AskedOverSse = {
  readonly url: string | URL
  readonly headers: Readonly<Record<string, string>>
  readonly request: GraphqlRequest
}

/** Subscribes to an operation of another service in the same protocol. Throws when the connection is refused or lost. */
export async function* subscribeOverSse({ url, headers, request }: AskedOverSse, signal: AbortSignal): AsyncGenerator<GraphqlAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', accept: 'text/event-stream' },
    body: stringifyExact(request),
    signal,
  })
  if (!response.ok || response.body === null || !/event-stream/.test(response.headers.get('content-type') ?? ''))
    throw new Error(`it answered ${response.status} instead of a stream`)
  let text = ''
  for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
    text += part
    const events = text.split(/\r?\n\r?\n/)
    text = events.pop() ?? ''
    for (const event of events) {
      const fields = event.split(/\r?\n/)
      if (fields.some((line) => /^event: ?complete/.test(line))) return
      const data = fields.filter((line) => line.startsWith('data:')).map((line) => line.slice(5).trimStart())
      if (data.length > 0 && data.join('') !== '') yield parseExact(data.join('\n')) as GraphqlAnswer
    }
  }
  throw new Error('the stream ended without an end')
}
