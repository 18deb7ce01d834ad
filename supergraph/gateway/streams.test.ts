import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingHttpHeaders } from 'node:http'
import { test } from 'node:test'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { createHttp } from '#platform/http/server.ts'
import { createLog } from '#platform/observe/log.ts'
import { serveWebSocket, type WebSocketDeps } from './streams.ts'

type Served = AsyncDisposable & { readonly url: string; readonly seen: IncomingHttpHeaders[]; readonly ended: () => number }

/** Subscriptions in which nothing happens, on a server of its own. */
const serve = async (deps: Partial<WebSocketDeps<IncomingHttpHeaders>> = {}): Promise<Served> => {
  const app = createHttp({ name: 'test', log: createLog('test', 'silent') })
  const seen: IncomingHttpHeaders[] = []
  let ended = 0
  serveWebSocket<IncomingHttpHeaders>(app, {
    contextOf: (headers) => headers,
    subscribe: async function* (_request, headers, signal) {
      seen.push(headers)
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      ended += 1
    },
    ...deps,
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return { url: `${url.replace('http', 'ws')}/graphql`, seen, ended: () => ended, [Symbol.asyncDispose]: () => app.close() }
}

type Message = {
  readonly type: string
  readonly id?: string
  readonly payload?: readonly { readonly extensions?: { readonly code: string } }[]
}
type Talk = AsyncDisposable & { readonly say: (message: object) => void; readonly heard: Message[]; readonly socket: WebSocket }

const talk = async (url: string, { init = {}, headers = {} }: { init?: object; headers?: Record<string, string> } = {}): Promise<Talk> => {
  const socket = new WebSocket(url, 'graphql-transport-ws', { headers })
  const heard: Message[] = []
  socket.on('message', (data) => heard.push(JSON.parse(String(data)) as Message))
  await once(socket, 'open')
  const say = (message: object): void => socket.send(JSON.stringify(message))
  say({ type: 'connection_init', payload: init })
  await eventually(() => heard[0]?.type === 'connection_ack')
  return { say, heard, socket, [Symbol.asyncDispose]: async () => socket.terminate() }
}
const subscription = (id: string | number) => ({ type: 'subscribe', id: String(id), payload: { query: 'subscription { moved }' } })
const eventually = async (check: () => boolean): Promise<void> => {
  for (let tries = 0; !check(); tries += 1) {
    assert.ok(tries < 400, 'it never came')
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}

test('connection_init gives a token and nothing else: what a trusted proxy says of a member stays', async () => {
  await using served = await serve()
  const init = { Authorization: 'Bearer own', 'x-country': 'FR', 'X-Scopes': 'admin', host: 'elsewhere', cookie: 'a=b', 'x-new': '1' }
  await using client = await talk(served.url, { init, headers: { 'x-country': 'US', 'x-scopes': 'member' } })
  client.say(subscription(1))
  await eventually(() => served.seen.length === 1)
  const [headers = {}] = served.seen
  assert.deepEqual(
    [headers.authorization, headers['x-country'], headers['x-scopes'], headers.cookie, headers['x-new']],
    ['Bearer own', 'US', 'member', undefined, undefined],
  )
  assert.match(headers.host ?? '', /^127/)
})

test('a token that no header can carry is refused, and nobody is asked', async () => {
  await using served = await serve()
  for (const authorization of ['a\r\nx-scopes: admin', 'a\0b', 'ключ', '\u2028', 5, null, { a: 1 }]) {
    await using client = await talk(served.url, { init: { authorization } })
    client.say(subscription(1))
    await eventually(() => client.heard.length > 1)
    assert.equal(client.heard[1]?.payload?.[0]?.extensions?.code, 'BAD_USER_INPUT', JSON.stringify(authorization))
  }
  assert.equal(served.seen.length, 0)
})

test('one socket has so many operations at a time; one that ended, or was no operation at all, gives its place back', async () => {
  await using served = await serve({ perSocketMax: 3 })
  await using client = await talk(served.url)
  const codes = () => client.heard.filter(({ type }) => type === 'error').map(({ id, payload }) => [id, payload?.[0]?.extensions?.code])
  for (const id of ['a', 'b', 'c', 'd']) client.say({ type: 'subscribe', id, payload: { query: '{', operationName: 'none' } })
  await eventually(() => codes().length === 4)
  client.heard.length = 0
  for (const id of [1, 2, 3, 4]) client.say(subscription(id))
  await eventually(() => codes().length === 1 && served.seen.length === 3)
  assert.deepEqual(codes(), [['4', 'TOO_MANY_SUBSCRIPTIONS']])
  client.say({ type: 'complete', id: '1' })
  await eventually(() => served.ended() === 1)
  client.say(subscription('again'))
  await eventually(() => served.seen.length === 4)
})

test('a client that stops answering is let go, and so is one that does not read', async () => {
  await using served = await serve({ limits: { pingMs: 200, unsentBytesMax: 1_000_000 } })
  await using silent = await talk(served.url)
  silent.say(subscription(1))
  await eventually(() => served.seen.length === 1)
  silent.socket.pause()
  await eventually(() => served.ended() === 1)
  await using greedy = await talk(served.url)
  greedy.say(subscription(1))
  await eventually(() => served.seen.length === 2)
  greedy.socket.pause()
  const pings = setInterval(() => greedy.say({ type: 'ping', payload: { text: 'x'.repeat(200_000) } }), 5)
  try {
    await eventually(() => served.ended() === 2)
  } finally {
    clearInterval(pings)
  }
})

test('a server takes so many sockets', async () => {
  await using served = await serve({ limits: { socketsMax: 1 } })
  await using first = await talk(served.url)
  const second = new WebSocket(served.url, 'graphql-transport-ws')
  const [error] = await once(second, 'error')
  assert.match(String(error), /503/)
  assert.equal(first.socket.readyState, WebSocket.OPEN)
})

test('a client that leaves a subscription in which nothing happens is let go at once', async () => {
  await using stack = new AsyncDisposableStack()
  const app = createHttp({ name: 'test', log: createLog('test', 'silent') })
  stack.defer(() => app.close())
  const [begun, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<string>()]
  serveWebSocket(app, {
    contextOf: () => null,
    subscribe: async function* (_request, _context, signal) {
      begun.resolve()
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      ended.resolve('ended')
    },
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const client = createClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 })
  stack.defer(() => client.dispose())
  const events = client.iterate({ query: 'subscription { moved }' })
  const first = events.next()
  await begun.promise
  await events.return?.()
  await first
  assert.equal(await Promise.race([ended.promise, new Promise((resolve) => setTimeout(resolve, 3_000, 'still there').unref())]), 'ended')
})

test('a client that floods a socket with messages or control frames is closed; one that is merely busy is not', async () => {
  await using served = await serve({ limits: { perSecondMax: 200 } })
  await using busy = await talk(served.url)
  const floods: readonly ((client: Talk) => void)[] = [
    ({ say }) => say({ type: 'ping' }),
    ({ say }) => say({ type: 'subscribe', id: '1', payload: { query: '{' } }),
    ({ socket }) => socket.ping(),
    ({ socket }) => socket.pong(),
  ]
  for (const send of floods) {
    await using client = await talk(served.url)
    for (let sent = 0; sent < 1_000; sent += 1) send(client)
    await eventually(() => client.socket.readyState === WebSocket.CLOSED)
    const pongs = client.heard.filter(({ type }) => type === 'pong').length
    assert.ok(pongs <= 201, `${pongs} were answered`)
  }
  for (let sent = 0; sent < 150; sent += 1) busy.say({ type: 'ping' })
  await eventually(() => busy.heard.filter(({ type }) => type === 'pong').length === 150)
})

test('operations of one socket are carried out a few at a time, and no faster than their answers are read', async () => {
  const answer = {
    json: () => Buffer.alloc(0),
    value: () => ({ data: { text: 'x'.repeat(2_000_000) } }),
    isExecuted: true,
    hasErrors: false,
  }
  let [running, peak, begun] = [0, 0, 0]
  await using served = await serve({
    subscribe: async function* () {
      begun += 1
      running += 1
      peak = Math.max(peak, running)
      await new Promise((resolve) => setTimeout(resolve, 20))
      running -= 1
      yield answer as never
    },
    limits: { unsentBytesMax: 1e9 },
  })
  await using client = await talk(served.url)
  client.socket.pause()
  for (let id = 0; id < 40; id += 1) client.say({ type: 'subscribe', id: String(id), payload: { query: '{ text }' } })
  await eventually(() => begun >= 4)
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  assert.ok(begun < 20, `${begun} were begun for a client that does not read`)
  client.socket.resume()
  await eventually(() => client.heard.filter(({ type }) => type === 'complete').length === 40)
  assert.equal(peak, 4)
})
