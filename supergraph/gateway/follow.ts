import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { CinegraphError, messageOf } from '#platform/errors.ts'
import type { FollowSubgraph, SubgraphAnswer } from '../engine/ask.ts'
import { compileHeaderRules } from './headers.ts'
import type { Incoming } from './http-subgraph.ts'
import type { GatewaySettings, SubgraphSettings } from './settings.ts'

type Deps = { readonly name: string; readonly url: string; readonly settings: GatewaySettings; readonly own: SubgraphSettings }

/** Follows subscriptions of a subgraph, by graphql-ws where its setting says so, otherwise by server-sent events. */
export const createFollow = ({ name, url, settings, own }: Deps): FollowSubgraph<Incoming> => {
  const rules = compileHeaderRules(own.headers ?? settings.headers)
  const target = own.subscriptions?.url ?? own.url ?? url
  return (request, { headers: incoming }, signal) => {
    const headers = rules(incoming)
    const body = { query: request.query, variables: JSON.parse(request.variables) as Record<string, unknown> }
    const events =
      own.subscriptions?.protocol === 'ws' ? overWebSocket(target, { headers, body }, signal) : overSse(target, { headers, body }, signal)
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
  const client = createClient({ url: url.replace(/^http/, 'ws'), webSocketImpl: Socket, retryAttempts: 0, connectionParams: headers })
  const events = client.iterate<SubgraphAnswer['data'] & object>(body)
  const stop = (): void => void events.return?.()
  signal.addEventListener('abort', stop, { once: true })
  try {
    for await (const event of events) yield event as SubgraphAnswer
  } finally {
    signal.removeEventListener('abort', stop)
    await client.dispose()
  }
}

/** Distinct connections mode of the GraphQL over SSE protocol: events `next` and `complete`. */
async function* overSse(url: string, { headers, body }: Asked, signal: AbortSignal): AsyncGenerator<SubgraphAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify(body),
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
      if (data.length > 0 && data.join('') !== '') yield JSON.parse(data.join('\n')) as SubgraphAnswer
    }
  }
}
