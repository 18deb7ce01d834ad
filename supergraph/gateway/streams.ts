import type { IncomingMessage } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { buildSchema, type DocumentNode, GraphQLError, parse } from 'graphql'
import { makeServer } from 'graphql-ws'
import { type WebSocket, WebSocketServer } from 'ws'
import type { GraphqlAnswer, GraphqlRequest } from '#platform/graphql/execute.ts'
import type { Http } from '#platform/http.ts'
import type { Answered } from '../engine/answered.ts'
import type { Documents } from './documents.ts'
import type { Incoming } from './http-subgraph.ts'

export type Subscribe = (request: GraphqlRequest, incoming: Incoming, signal: AbortSignal) => AsyncIterable<Answered>

const quietMs = 12_000
const closeGraceMs = 1_000

/** Answers one operation as server-sent events: `next` for each answer, then `complete` (GraphQL over SSE, distinct connections). */
export const answerAsEvents = async (
  request: FastifyRequest,
  reply: FastifyReply,
  events: (signal: AbortSignal) => AsyncIterable<Answered>,
): Promise<void> => {
  const gone = new AbortController()
  reply.hijack()
  const { raw } = reply
  raw.on('close', () => gone.abort())
  raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
  raw.write(':\n\n')
  const alive = setInterval(() => raw.write(':\n\n'), quietMs)
  try {
    for await (const answer of events(gone.signal)) {
      if (!raw.write(`event: next\ndata: ${answer.json()}\n\n`)) await drained(raw, gone.signal)
      if (gone.signal.aborted) return
    }
    raw.write('event: complete\ndata:\n\n')
  } catch (error) {
    request.log.error({ err: error }, 'stream failed')
  } finally {
    clearInterval(alive)
    raw.end()
  }
}

/** A client that reads slowly holds its source back instead of filling our memory. */
const drained = (raw: FastifyReply['raw'], signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    raw.once('drain', () => resolve())
    signal.addEventListener('abort', () => resolve(), { once: true })
  })

/** The protocol's server wants a schema and a document, of which it looks only at the kind of operation; the engine does the rest. */
const unused = buildSchema('type Query { _: Boolean }')
const parsed = (query: string): DocumentNode => {
  try {
    return parse(query)
  } catch {
    return parse('{ __typename }')
  }
}

type Extra = { readonly request: IncomingMessage }

/** Every kind of operation over a WebSocket at `/graphql`, with the graphql-ws protocol. `connection_init` may carry headers. */
export const serveWebSocket = (app: Http, subscribe: Subscribe, documents: Documents): void => {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 256 * 1024 })
  const server = protocolServer(subscribe, documents)
  app.server.on('upgrade', (request, socket, head) => {
    if (new URL(request.url ?? '', 'http://localhost').pathname !== '/graphql') return void socket.destroy()
    sockets.handleUpgrade(request, socket, head, (open) => connect(open, request, server))
  })
  app.addHook('preClose', async () => {
    for (const open of sockets.clients) {
      open.close(1001, 'Going away')
      setTimeout(() => open.terminate(), closeGraceMs).unref()
    }
  })
}

const connect = (open: WebSocket, request: IncomingMessage, server: ReturnType<typeof protocolServer>): void => {
  const closed = server.opened(
    {
      protocol: open.protocol,
      send: (data) => new Promise((resolve, reject) => open.send(data, (error) => (error ? reject(error) : resolve()))),
      close: (code, reason) => open.close(code, reason),
      onMessage: (take) => open.on('message', (data) => void take(String(data)).catch(() => open.close(4500, 'Internal error'))),
    },
    { request },
  )
  open.once('close', (code, reason) => void closed(code, String(reason)))
  open.on('error', () => open.terminate())
}

const protocolServer = (subscribe: Subscribe, documents: Documents) =>
  makeServer<Record<string, unknown>, Extra>({
    subscribe: async ({ contextValue }) => (contextValue as Answers)() as never,
    execute: async ({ contextValue }) => {
      // NOTE: a loop, so that the generator is ended and lets go of its version of the supergraph.
      for await (const answer of (contextValue as Answers)()) return answer as never
      throw new TypeError('An operation had no answer')
    },
    onSubscribe: async ({ connectionParams = {}, extra }, _id, { variables, operationName, ...named }) => {
      const found = documents(named)
      if ('refusal' in found) return [new GraphQLError(found.refusal, { extensions: { code: found.code } })]
      const { query } = found
      const strings = Object.entries(connectionParams).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
      const headers = { ...extra.request.headers, ...Object.fromEntries(strings.map(([name, value]) => [name.toLowerCase(), value])) }
      const asked = { query, ...(variables ? { variables } : {}), ...(operationName ? { operationName } : {}) }
      const contextValue = answersTo(subscribe, asked, { headers })
      return { schema: unused, document: parsed(query), operationName: operationName ?? null, contextValue }
    },
  })

type Answers = () => AsyncGenerator<GraphqlAnswer>

const answersTo = (subscribe: Subscribe, asked: GraphqlRequest, incoming: Incoming): Answers =>
  async function* () {
    const gone = new AbortController()
    try {
      for await (const answer of subscribe(asked, incoming, gone.signal)) yield answer.value()
    } finally {
      gone.abort()
    }
  }
