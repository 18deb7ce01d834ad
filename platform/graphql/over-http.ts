import type { FastifyReply, FastifyRequest } from 'fastify'
import { getOperationAST } from 'graphql'
import Negotiator from 'negotiator'
import { extensionsOf } from '#platform/errors/errors.ts'
import type { GraphqlAnswer, GraphqlRequest } from '#platform/graphql/execute.ts'
import { parseDocument } from '#platform/graphql/limits/parse-document.ts'
import { parseRequest, readJson } from '#platform/graphql/request.ts'
import { stringifyExact } from '#platform/text/exact-json.ts'

const modern = 'application/graphql-response+json'
const classic = 'application/json'
type MediaType = typeof modern | typeof classic

/** An answer as JSON in UTF-8; one that was refused before it was executed has no `data`. */
export type JsonAnswer = {
  readonly json: () => Buffer
  readonly isExecuted: boolean
  readonly retryAfterSeconds?: number | undefined
  /** Instead of the status that the media type asks for. */
  readonly status?: number | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
}

export const jsonOf = ({ data, errors, retryAfterSeconds }: GraphqlAnswer): JsonAnswer => ({
  json: () =>
    Buffer.from(
      stringifyExact({
        ...(data === undefined ? {} : { data }),
        ...(errors?.length ? { errors } : {}),
        ...(retryAfterSeconds === undefined ? {} : { extensions: { ...extensionsOf('TOO_MANY_TRIES'), retryAfterSeconds } }),
      }),
    ),
  isExecuted: data !== undefined,
  retryAfterSeconds,
})

export type Refusal = { readonly status: number; readonly message: string; readonly allow?: string }
type Read = { readonly request: GraphqlRequest } | Refusal

/** The best media type of an `Accept` header (RFC 9110, section 12.5.1) that can be sent; null when none can. Without one it is `application/json`. */
export const negotiate = (accept: string | undefined): MediaType | null => {
  if (accept === undefined || accept.trim() === '') return classic
  const [best] = new Negotiator({ headers: { accept } }).mediaTypes([classic, modern])
  return best === modern ? modern : best === classic ? classic : null
}

/** Which of these forms of multipart/mixed a client takes, the best first. Some clients say which boundary they would like. */
export const multipartsFor = ({ headers }: FastifyRequest, available: readonly string[]): readonly string[] => {
  if (!/multipart\/mixed/i.test(headers.accept ?? '')) return []
  const accept = String(headers.accept).replaceAll(/;\s*boundary=("[^"]*"|[^;,\s]*)/gi, '')
  return new Negotiator({ headers: { accept } }).mediaTypes([...available])
}

/** What kind of operation a request asks for; undefined for one that cannot be read. */
export const kindOf = ({ query, operationName }: GraphqlRequest): 'query' | 'mutation' | 'subscription' | undefined => {
  try {
    return getOperationAST(parseDocument(query), operationName)?.operation
  } catch {
    return undefined
  }
}

/** The GraphQL request that an HTTP request carries, or why it carries none. */
export const readRequest = ({ method, headers, query, body }: FastifyRequest): Read => {
  const isGet = method === 'GET'
  if (!isGet && !/^application\/json *(;|$)/i.test(headers['content-type'] ?? ''))
    return { status: 415, message: 'A request is sent as application/json.' }
  const raw = isGet
    ? Object.fromEntries(
        Object.entries(query as object).map(([name, value]) => [
          name,
          ['variables', 'extensions'].includes(name) ? readJson(value) : value,
        ]),
      )
    : body
  const parsed = parseRequest(raw)
  if ('why' in parsed) return { status: 400, message: parsed.why }
  return isGet && kindOf(parsed.request) === 'mutation' ? { status: 405, message: 'A mutation is sent by POST.', allow: 'POST' } : parsed
}

export const sendRefusal = (reply: FastifyReply, { status, message, allow }: Refusal): FastifyReply => {
  if (allow !== undefined) reply.header('allow', allow)
  return reply.code(status).send(JSON.stringify({ errors: [{ message }] }))
}

/** Answers a request as the GraphQL over HTTP specification says: media types, methods and status codes. */
export const answerOverHttp = async (
  request: FastifyRequest,
  reply: FastifyReply,
  execute: (request: GraphqlRequest) => Promise<JsonAnswer>,
): Promise<FastifyReply> => {
  const type = negotiate(request.headers.accept)
  if (type === null) return reply.code(406).header('accept', `${modern}, ${classic}`).send()
  reply.type(`${type}; charset=utf-8`)
  const read = readRequest(request)
  if ('status' in read) return sendRefusal(reply, read)
  const answer = await execute(read.request)
  // NOTE: an answer without `data` was never executed; the classic media type calls that 200 all the same.
  reply.code(answer.status ?? (!answer.isExecuted && type === modern ? 400 : 200))
  if (answer.headers !== undefined) reply.headers(answer.headers)
  // NOTE: not what the specification says of an answer with `data`; proxies and clients that wait know no other way to be told (RFC 6585).
  if (answer.retryAfterSeconds !== undefined) reply.code(429).header('retry-after', answer.retryAfterSeconds)
  return reply.send(answer.json())
}
