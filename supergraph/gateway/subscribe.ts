import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { CinegraphError, messageOf } from '#platform/errors/errors.ts'
import { subscribeOverSse } from '#platform/graphql/over-sse.ts'
import { parseExact, replaceExact, reviveExact } from '#platform/text/exact-json.ts'
import type { SubgraphAnswer, SubscribeSubgraph } from '../engine/ask.ts'
import { compileHeaderRules } from './headers.ts'
import type { Incoming } from './http-subgraph.ts'
import type { GatewaySettings, SubgraphSettings } from './settings.ts'

type Deps = { readonly name: string; readonly url: string; readonly settings: GatewaySettings; readonly own: SubgraphSettings }

/** Subscribes to a subgraph, by graphql-ws where its setting says so, otherwise by server-sent events. */
export const createSubscribe = ({ name, url, settings, own }: Deps): SubscribeSubgraph<Incoming> => {
  const rules = compileHeaderRules(own.headers ?? settings.headers)
  const target = own.subscriptions?.url ?? own.url ?? url
  return (request, { headers: incoming }, signal) => {
    const headers = rules.headersFor(incoming)
    const body = { query: request.query, variables: parseExact(request.variables) as Record<string, unknown> }
    const events =
      own.subscriptions?.protocol === 'ws'
        ? overWebSocket(target, { headers, body }, signal)
        : subscribeOverSse({ url: target, headers, request: body }, signal)
    return named(name, events)
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
