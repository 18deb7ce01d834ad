import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { createHttp } from '#platform/http/server.ts'
import { createLog } from '#platform/observe/log.ts'
import { serveWebSocket } from './streams.ts'

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
