import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { buildSchema, type DocumentNode, GraphQLError, parse } from 'graphql'
import { handleProtocols, makeServer } from 'graphql-ws'
import type { WebSocket } from 'ws'
import { CinegraphError, extensionsOf, isCinegraphError, messageOf } from '#platform/errors/errors.ts'
import type { GraphqlAnswer, GraphqlRequest } from '#platform/graphql/execute.ts'
import { parseDocument } from '#platform/graphql/limits/parse-document.ts'
import { defaultQuota } from '#platform/graphql/limits/subscription-quota.ts'
import { openerCheck } from '#platform/http/hosts.ts'
import type { Http } from '#platform/http/server.ts'
import { type SocketLimits, serveSockets } from '#platform/http/websocket.ts'
import type { Log } from '#platform/observe/log.ts'
import { replaceExact, reviveExact } from '#platform/text/exact-json.ts'
import type { Answered } from '../engine/answered.ts'
import { anyDocument, type Documents } from './documents.ts'
import { isFieldValue } from './headers.ts'
import { type InTurn, turnsOf } from './turns.ts'

export type Subscribe<C> = (request: GraphqlRequest, context: C, signal: AbortSignal) => AsyncIterable<Answered>
export type WebSocketDeps<C> = {
  readonly subscribe: Subscribe<C>
  /** Who asks, by the headers of the upgrade and the token of `connection_init`. */
  readonly contextOf: (headers: IncomingHttpHeaders, address?: string) => C | Promise<C>
  readonly documents?: Documents
  /** The headers that carry a token: the only ones that `connection_init` may give. */
  readonly tokenHeaders?: readonly string[]
  /** Operations that one socket may have open at a time. */
  readonly perSocketMax?: number
  readonly limits?: Partial<SocketLimits>
  /** Names by which the server is known, and origins of pages, other than its own, that may open sockets; `*` stands for any. */
  readonly hosts?: readonly string[]
  readonly origins?: readonly string[]
}

/** More than any setting lets a socket have open. */
const operationsMax = 1_000
const initWaitMs = 5_000
/** RFC 6455, section 5.5: the payload of a control frame has at most 125 bytes, two of which are the code. */
const reasonBytesMax = 123

/** The protocol's server wants a schema and a document, of which it looks only at the kind of operation; the engine does the rest. */
const unused = buildSchema('type Query { _: Boolean }')
const parsed = (query: string): DocumentNode => {
  try {
    return parseDocument(query)
  } catch {
    return parse('{ __typename }')
  }
}

type Extra = { readonly request: IncomingMessage; readonly inTurn: InTurn }
type Opened = { readonly answers: Answers; readonly inTurn: InTurn }

/** Every kind of operation over a WebSocket at `/graphql`, with the graphql-ws protocol. `connection_init` may carry a token. */
export const serveWebSocket = <C>(app: Http, deps: WebSocketDeps<C>): void => {
  const server = protocolServer(deps, app.log)
  const onOpen = (open: WebSocket, request: IncomingMessage): void => connect(open, request, { server, app })
  const { limits, hosts = [], origins = [] } = deps
  serveSockets(app, { path: '/graphql', chooseProtocol: handleProtocols, onOpen, limits, mayOpen: openerCheck(hosts, origins) })
}

type Connecting = { readonly server: ReturnType<typeof protocolServer>; readonly app: Http }

const connect = (open: WebSocket, request: IncomingMessage, { server, app }: Connecting): void => {
  const close = (code: number, reason = ''): void =>
    open.close(code, Buffer.from(reason).subarray(0, reasonBytesMax).toString().replaceAll('\ufffd', ''))
  const failed = (error: unknown): void => {
    // NOTE: a socket that has gone fails every answer that is still on its way.
    if (open.readyState !== open.OPEN || request.socket.destroyed) return
    if (/^Unexpected message of type/.test(messageOf(error))) {
      close(4400, 'Invalid message received')
      return
    }
    app.log.error({ err: error }, 'WebSocket failed')
    close(4500, 'Internal error')
  }
  const closed = server.opened(
    {
      protocol: open.protocol,
      send: (data) => new Promise((resolve, reject) => open.send(data, (error) => (error ? reject(error) : resolve()))),
      close,
      onMessage: (take) => open.on('message', (data) => void take(String(data)).catch(failed)),
    },
    { request, inTurn: turnsOf(request.socket, operationsMax) },
  )
  open.once('close', (code, reason) => void closed(code, String(reason)).catch(failed))
}

const protocolServer = <C>(deps: WebSocketDeps<C>, log: Log) =>
  makeServer<Record<string, unknown>, Extra>({
    connectionInitWaitTimeout: initWaitMs,
    jsonMessageReplacer: replaceExact,
    jsonMessageReviver: reviveExact,
    subscribe: async ({ contextValue }) => (contextValue as Opened).answers() as never,
    execute: async ({ contextValue }) => {
      const { answers, inTurn } = contextValue as Opened
      return (await inTurn(() => firstOf(answers()))) as never
    },
    onSubscribe: openOperation(deps, log),
  })

/** NOTE: a loop, so that the generator is ended and lets go of its version of the supergraph. */
const firstOf = async (answers: AsyncIterable<GraphqlAnswer>): Promise<GraphqlAnswer> => {
  for await (const answer of answers) return answer
  throw new TypeError('An operation had no answer')
}

type OnSubscribe = NonNullable<Parameters<typeof makeServer<Record<string, unknown>, Extra>>[0]['onSubscribe']>

const openOperation = <C>({ subscribe, contextOf, documents = anyDocument, ...deps }: WebSocketDeps<C>, log: Log): OnSubscribe => {
  const { tokenHeaders = ['authorization'], perSocketMax = defaultQuota.perSocketMax } = deps
  return async ({ connectionParams = {}, extra, subscriptions }, _id, { variables, operationName, ...named }) => {
    // NOTE: this one is among them already.
    if (Object.keys(subscriptions).length > perSocketMax)
      return [graphqlError(new CinegraphError('TOO_MANY_SUBSCRIPTIONS', { what: 'This connection', max: perSocketMax }))]
    const found = documents(named)
    if ('refusal' in found) return [new GraphQLError(found.refusal, { extensions: { code: found.code } })]
    const { query } = found
    const asked = { query, ...(variables ? { variables } : {}), ...(operationName ? { operationName } : {}) }
    const context = await orRefusal(async () =>
      contextOf({ ...extra.request.headers, ...tokenIn(connectionParams, tokenHeaders) }, extra.request.socket.remoteAddress),
    )
    if (context instanceof GraphQLError) return [context]
    const answers = answersTo((signal) => subscribe(asked, context, signal), log)
    const contextValue: Opened = { answers, inTurn: extra.inTurn }
    return { schema: unused, document: parsed(query), operationName: operationName ?? null, contextValue }
  }
}

/** The token of `connection_init`. A browser cannot set headers of an upgrade; everything else is for the proxies in front to say. Throws INPUT_INVALID. */
const tokenIn = (params: Readonly<Record<string, unknown>>, names: readonly string[]): IncomingHttpHeaders => {
  const given = Object.entries(params).filter(([name]) => names.includes(name.toLowerCase()))
  const wrong = given.find(([, value]) => typeof value !== 'string' || !isFieldValue(value))
  if (wrong) throw new CinegraphError('INPUT_INVALID', { name: `${wrong[0]} of connection_init`, why: 'cannot be carried in a header' })
  return Object.fromEntries(given.map(([name, value]) => [name.toLowerCase(), String(value)]))
}

const graphqlError = (error: CinegraphError): GraphQLError => new GraphQLError(error.message, { extensions: extensionsOf(error.code) })

/** Who may not ask gets an error; the connection stays, for an operation with a new token. */
const orRefusal = async <C>(context: () => Promise<C>): Promise<C | GraphQLError> => {
  try {
    return await context()
  } catch (error) {
    if (isCinegraphError(error)) return graphqlError(error)
    throw error
  }
}

type Answers = () => AsyncIterableIterator<GraphqlAnswer>

/** NOTE: a generator that waits for its next event does not see that it shall end; the signal wakes it. */
const answersTo =
  (begin: (signal: AbortSignal) => AsyncIterable<Answered>, log: Log): Answers =>
  () => {
    const gone = new AbortController()
    const answers = sendables(begin(gone.signal), log)
    return {
      next: () => answers.next(),
      return: () => {
        gone.abort()
        return answers.return(undefined)
      },
      [Symbol.asyncIterator]() {
        return this
      },
    }
  }

async function* sendables(answers: AsyncIterable<Answered>, log: Log): AsyncGenerator<GraphqlAnswer> {
  try {
    for await (const answer of answers) yield sendable(answer.value())
  } catch (error) {
    if (!isCinegraphError(error)) log.error({ err: error }, 'stream failed')
    // NOTE: the protocol's server sends the message of whatever is thrown.
    throw graphqlError(isCinegraphError(error) ? error : new CinegraphError('INTERNAL'))
  }
}

/** The protocol's server sends errors by their own method. */
const sendable = ({ errors, ...answer }: GraphqlAnswer): GraphqlAnswer =>
  errors === undefined
    ? answer
    : {
        ...answer,
        errors: errors.map(({ message, path, extensions = {} }) => new GraphQLError(message, { path: path ?? null, extensions })),
      }
