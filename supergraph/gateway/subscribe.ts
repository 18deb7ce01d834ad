import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { CinegraphError, messageOf } from '#platform/errors/errors.ts'
import { subscribeOverSse } from '#platform/graphql/over-sse.ts'
import { parseExact, replaceExact, reviveExact } from '#platform/text/exact-json.ts'
import type { SubgraphAnswer, SubscribeSubgraph } from '../engine/ask.ts'
import { fetchHooks } from './fetch-hooks.ts'
import { compileHeaderRules } from './headers.ts'
import type { Hooks } from './hook-types.ts'
import type { Incoming } from './incoming.ts'
import type { GatewaySettings, SubgraphSettings } from './settings.ts'

type Deps = {
  readonly name: string
  readonly url: string
  readonly settings: GatewaySettings
  readonly own: SubgraphSettings
  readonly hooks?: readonly Hooks[]
}

/** Subscribes to a subgraph, by graphql-ws where its setting says so, otherwise by server-sent events. */
export const createSubscribe = ({ name, url, settings, own, hooks = [] }: Deps): SubscribeSubgraph<Incoming> => {
  const rules = compileHeaderRules(own.headers ?? settings.headers)
  const target = own.subscriptions?.url ?? own.url ?? url
  const { before } = fetchHooks(hooks)
  return async function* (request, incoming, signal) {
    const given = rules.headersFor(incoming.headers)
    const begun = before ? await before(request, given, incoming) : { headers: given }
    if ('answer' in begun) {
      yield begun.answer
      return
    }
    const { headers } = begun
    const body = { query: request.query, variables: parseExact(request.variables) as Record<string, unknown> }
    const events =
      own.subscriptions?.protocol === 'ws'
        ? overWebSocket(target, { headers, body }, signal)
        : subscribeOverSse({ url: target, headers, request: body }, signal)
    yield* named(name, events)
  }
}

type Asked = {
  readonly headers: Record<string, string>
  readonly body: { readonly query: string; readonly variables: Record<string, unknown> }
}

async function* named(name: string, events: AsyncIterable<SubgraphAnswer>): AsyncGenerator<SubgraphAnswer> {
  try {
    yield* events
  } catch (error) {
    throw new CinegraphError('SUBGRAPH_UNAVAILABLE', { name, why: messageOf(error) }, error)
  }
}

/** The protocol of https://github.com/enisdenjo/graphql-ws, one connection for each subscription. */
async function* overWebSocket(url: string, { headers, body }: Asked, signal: AbortSignal): AsyncGenerator<SubgraphAnswer> {
  const Socket = class extends WebSocket {
    constructor(address: string, protocols?: string | string[]) {
      super(address, protocols, { headers })
    }
  }
  const client = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: Socket,
    retryAttempts: 0,
    connectionParams: headers,
    jsonMessageReviver: reviveExact,
    jsonMessageReplacer: replaceExact,
  })
  const events = client.iterate<SubgraphAnswer['data'] & object>(body)
  const stop = (): void => void events.return?.()
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  try {
    for await (const event of events) yield event as SubgraphAnswer
  } finally {
    signal.removeEventListener('abort', stop)
    await client.dispose()
  }
}
