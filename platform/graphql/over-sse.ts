import type { FastifyReply, FastifyRequest } from 'fastify'
import Negotiator from 'negotiator'
import { type CinegraphError, extensionsOf, isCinegraphError } from '#platform/errors/errors.ts'
import type { GraphqlAnswer, GraphqlRequest } from '#platform/graphql/execute.ts'
import { type JsonAnswer, kindOf, multipartsFor, readRequest, sendRefusal } from '#platform/graphql/over-http.ts'
import { takeOver } from '#platform/graphql/take-over.ts'
import { parseExact, stringifyExact } from '#platform/text/exact-json.ts'

const events = 'text/event-stream'
const multipart = 'multipart/mixed;subscriptionSpec=1.0'

/** How answers that come one by one are written into one response. */
type Framing = {
  readonly mediaType: string
  /** Written at once, and each time after so long, so that proxies and clients know that the stream lives. */
  readonly alive: string
  readonly aliveMs: number
  readonly next: (json: string) => string
  readonly end: string
}

/** GraphQL over SSE, distinct connections. */
const asEvents: Framing = {
  mediaType: 'text/event-stream; charset=utf-8',
  alive: ':\n\n',
  aliveMs: 12_000,
  next: (json) => `event: next\ndata: ${json}\n\n`,
  end: 'event: complete\ndata:\n\n',
}

const delimiter = '\r\n--graphql'
const part = (json: string): string => `\r\ncontent-type: application/json\r\n\r\n${json}${delimiter}`

/** Multipart subscriptions of Apollo's clients (https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/multipart-protocol). */
const asMultipart: Framing = {
  mediaType: 'multipart/mixed; boundary="graphql"; subscriptionSpec=1.0',
  alive: part('{}'),
  aliveMs: 5_000,
  next: (json) => part(`{"payload":${json}}`),
  end: '--\r\n',
}

/** Whether a client is answered by events or parts, one for each answer: it likes them best, or can take them and subscribes. */
export const wantsEvents = (request: FastifyRequest): boolean => {
  return framingFor(request) !== undefined
}

const framingFor = (request: FastifyRequest): Framing | undefined => {
  if (/subscriptionSpec/i.test(request.headers.accept ?? '')) return multipartFor(request) ?? eventsFor(request)
  return /event-stream/i.test(request.headers.accept ?? '') ? eventsFor(request) : undefined
}

const asksSubscription = (request: FastifyRequest): boolean => {
  const read = readRequest(request)
  return 'request' in read && kindOf(read.request) === 'subscription'
}

const multipartFor = (request: FastifyRequest): Framing | undefined =>
  multipartsFor(request, [multipart]).length > 0 && asksSubscription(request) ? asMultipart : undefined

const eventsFor = (request: FastifyRequest): Framing | undefined => {
  const accepted = new Negotiator(request).mediaTypes(['application/json', 'application/graphql-response+json', events])
  return accepted[0] === events || (accepted.includes(events) && asksSubscription(request)) ? asEvents : undefined
}

/** Answers the operation of a request one answer after the other, as server-sent events or in the parts of one response. */
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
  const { mediaType, alive, aliveMs, next, end } = framingFor(request) ?? asEvents
  const raw = takeOver(reply, mediaType)
  const gone = new AbortController()
  raw.on('close', () => gone.abort())
  raw.write(`${mediaType.startsWith('multipart') ? delimiter : ''}${alive}`)
  const timer = setInterval(() => raw.write(alive), aliveMs)
  try {
    for await (const answer of events(gone.signal)) {
      if (!raw.write(next(String(answer.json())))) await drained(raw, gone.signal)
      if (gone.signal.aborted) return
    }
    raw.write(end)
  } catch (error) {
    if (gone.signal.aborted) return
    if (isCinegraphError(error)) raw.write(`${next(JSON.stringify(refusalOf(error)))}${end}`)
    else request.log.error({ err: error }, 'stream failed')
  } finally {
    clearInterval(timer)
    raw.end()
  }
}

const refusalOf = ({ message, code }: CinegraphError): GraphqlAnswer => ({ errors: [{ message, extensions: extensionsOf(code) }] })

/**
 * A client that reads slowly holds its source back instead of filling our memory. NOTE: of one that has left already neither
 * event comes any more.
 */
export const drained = (raw: FastifyReply['raw'], signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted || raw.destroyed) return resolve()
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
