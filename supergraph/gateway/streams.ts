import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { buildSchema, type DocumentNode, GraphQLError, parse } from 'graphql'
import { makeServer } from 'graphql-ws'
import { type WebSocket, WebSocketServer } from 'ws'
import { extensionsOf, isCinegraphError } from '#platform/errors/errors.ts'
import type { GraphqlAnswer, GraphqlRequest } from '#platform/graphql/execute.ts'
import { parseDocument } from '#platform/graphql/limits/parse-document.ts'
import { defaultQuota, SubscriptionQuota } from '#platform/graphql/limits/subscription-quota.ts'
import type { Http } from '#platform/http/server.ts'
import type { Answered } from '../engine/answered.ts'
import { anyDocument, type Documents } from './documents.ts'

export type Subscribe<C> = (request: GraphqlRequest, context: C, signal: AbortSignal) => AsyncIterable<Answered>
export type WebSocketDeps<C> = {
  readonly subscribe: Subscribe<C>
  /** Who asks, by the headers of the upgrade with those of `connection_init` over them. */
  readonly contextOf: (headers: IncomingHttpHeaders) => C | Promise<C>
  readonly documents?: Documents
  /** Operations that one socket may have open at a time. */
  readonly perSocketMax?: number
}

const closeGraceMs = 1_000

/** The protocol's server wants a schema and a document, of which it looks only at the kind of operation; the engine does the rest. */
const unused = buildSchema('type Query { _: Boolean }')
const parsed = (query: string): DocumentNode => {
  try {
    return parseDocument(query)
  } catch {
    return parse('{ __typename }')
  }
}

type Extra = { readonly request: IncomingMessage }

/** Every kind of operation over a WebSocket at `/graphql`, with the graphql-ws protocol. `connection_init` may carry headers. */
export const serveWebSocket = <C>(app: Http, deps: WebSocketDeps<C>): void => {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 256 * 1024 })
  const server = protocolServer(deps)
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

const protocolServer = <C>(deps: WebSocketDeps<C>) =>
  makeServer<Record<string, unknown>, Extra>({
    subscribe: async ({ contextValue }) => (contextValue as Answers)() as never,
    execute: async ({ contextValue }) => {
      // NOTE: a loop, so that the generator is ended and lets go of its version of the supergraph.
      for await (const answer of (contextValue as Answers)()) return answer as never
      throw new TypeError('An operation had no answer')
    },
    onSubscribe: openOperation(deps),
  })

type OnSubscribe = NonNullable<Parameters<typeof makeServer<Record<string, unknown>, Extra>>[0]['onSubscribe']>

const openOperation = <C>({ subscribe, contextOf, documents = anyDocument, perSocketMax }: WebSocketDeps<C>): OnSubscribe => {
  const quota = new SubscriptionQuota({ ...defaultQuota, ...(perSocketMax === undefined ? {} : { perSocketMax }), perProcessMax: Infinity })
  return async ({ connectionParams = {}, extra }, _id, { variables, operationName, ...named }) => {
    const found = documents(named)
    if ('refusal' in found) return [new GraphQLError(found.refusal, { extensions: { code: found.code } })]
    const { query } = found
    const strings = Object.entries(connectionParams).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
    const headers = { ...extra.request.headers, ...Object.fromEntries(strings.map(([name, value]) => [name.toLowerCase(), value])) }
    const asked = { query, ...(variables ? { variables } : {}), ...(operationName ? { operationName } : {}) }
    const context = await orRefusal(() => contextOf(headers))
    if (context instanceof GraphQLError) return [context]
    const place = await orRefusal(() => quota.take({ socket: extra }))
    if (place instanceof GraphQLError) return [place]
    const contextValue = answersTo(subscribe, asked, { context, place })
    return { schema: unused, document: parsed(query), operationName: operationName ?? null, contextValue }
  }
}

/** Who may not ask gets an error; the connection stays, for an operation with a new token. */
const orRefusal = async <T>(make: () => T | Promise<T>): Promise<T | GraphQLError> => {
  try {
    return await make()
  } catch (error) {
    if (isCinegraphError(error)) return new GraphQLError(error.message, { extensions: extensionsOf(error.code) })
    throw error
  }
}

type Following<C> = { readonly context: C; readonly place: Disposable }
type Answers = () => AsyncIterableIterator<GraphqlAnswer>

/** NOTE: a generator that waits for its next event does not notice that it is to end; the signal wakes it. */
const answersTo =
  <C>(subscribe: Subscribe<C>, asked: GraphqlRequest, { context, place }: Following<C>): Answers =>
  () => {
    const gone = new AbortController()
    const answers = sendables(subscribe(asked, context, gone.signal), place)
    return {
      next: () => answers.next(),
      return: () => {
        gone.abort()
        place[Symbol.dispose]()
        return answers.return(undefined)
      },
      [Symbol.asyncIterator]() {
        return this
      },
    }
  }

async function* sendables(answers: AsyncIterable<Answered>, place: Disposable): AsyncGenerator<GraphqlAnswer> {
  using _ = place
  for await (const answer of answers) yield sendable(answer.value())
}

/** The protocol's server sends errors by their own method. */
const sendable = ({ errors, ...answer }: GraphqlAnswer): GraphqlAnswer =>
  errors === undefined
    ? answer
    : {
        ...answer,
        errors: errors.map(({ message, path, extensions = {} }) => new GraphQLError(message, { path: path ?? null, extensions })),
      }
