import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { cureHangs, curePolling } from './cures.ts'

type Connection = { connect(): Promise<unknown>; send(request: unknown): Promise<unknown>; disconnect(): Promise<unknown> }
type Logger = { readonly namespace: () => Logger; readonly debug: () => void; readonly warn: () => void; readonly error: () => void }

const requireFrom = createRequire(import.meta.url)
const Connection = requireFrom('kafkajs/src/network/connection.js') as new (options: object) => Connection
const socketFactory = (requireFrom('kafkajs/src/network/socketFactory.js') as () => unknown)()
const { requests } = requireFrom('kafkajs/src/protocol/requests/index.js') as {
  readonly requests: { readonly Metadata: { protocol(of: { readonly version: number }): (of: object) => unknown } }
}
const quiet: Logger = { namespace: () => quiet, debug: () => undefined, warn: () => undefined, error: () => undefined }

curePolling()
cureHangs()

/** Takes connections and reads, and never answers: what a broker looks like that stands still. */
const standingStill = async (): Promise<AsyncDisposable & { readonly port: number }> => {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => undefined).resume())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

test('when a broker stands still, all requests to it end with the first that is late, and it is not connected to again at once', {
  timeout: 60_000,
}, async () => {
  await using broker = await standingStill()
  const connection = new Connection({
    host: '127.0.0.1',
    port: broker.port,
    logger: quiet,
    socketFactory,
    clientId: 'test',
    connectionTimeout: 3_000,
    requestTimeout: 300,
    enforceRequestTimeout: true,
    maxInFlightRequests: 1,
  })
  await connection.connect()
  const since = performance.now()
  const ask = () => connection.send(requests.Metadata.protocol({ version: 6 })({ topics: [] }))
  const asked = await Promise.allSettled(Array.from({ length: 20 }, ask))
  const tookMs = performance.now() - since
  assert.deepEqual(
    [...new Set(asked.map((each) => (each.status === 'rejected' ? each.reason.name : each.status)))],
    ['KafkaJSConnectionClosedError'],
  )
  assert.ok(tookMs < 8_000, `${tookMs} ms, one after another`)
  await assert.rejects(connection.connect(), { name: 'KafkaJSConnectionError' })
  await connection.disconnect()
})
