import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { cureHangs, curePolling, cureSilence, cureSpinning } from './cures.ts'

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
cureSilence()
cureSpinning()

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

const connectionTo = (port: number): Connection =>
  new Connection({
    host: '127.0.0.1',
    port,
    logger: quiet,
    socketFactory,
    clientId: 'test',
    connectionTimeout: 3_000,
    requestTimeout: 300,
    enforceRequestTimeout: true,
    maxInFlightRequests: 1,
  })
const ask = (connection: Connection): Promise<unknown> => connection.send(requests.Metadata.protocol({ version: 6 })({ topics: [] }))

test('when a broker stands still, all requests to it end with the first that is late, and it is not connected to again at once', {
  timeout: 60_000,
}, async () => {
  await using broker = await standingStill()
  const connection = connectionTo(broker.port)
  await connection.connect()
  const since = performance.now()
  const asked = await Promise.allSettled(Array.from({ length: 20 }, () => ask(connection)))
  const tookMs = performance.now() - since
  assert.deepEqual(
    [...new Set(asked.map((each) => (each.status === 'rejected' ? each.reason.name : each.status)))],
    ['KafkaJSConnectionClosedError'],
  )
  assert.ok(tookMs < 8_000, `${tookMs} ms, one after another`)
  await assert.rejects(connection.connect(), { name: 'KafkaJSConnectionError' })
  await connection.disconnect()
})

/** What becomes of a request that is sent, or whose connection is closed, so many turns of the event loop's microtasks later. */
const outcomeOf = async (moment: number, isSentFirst: boolean): Promise<string> => {
  await using broker = await standingStill()
  const connection = connectionTo(broker.port)
  // NOTE: the system may give a broker the port of another one that has just been taken for gone.
  const isOpen = await connection.connect().then(
    () => true,
    () => false,
  )
  if (!isOpen) return outcomeOf(moment, isSentFirst)
  const send = () =>
    ask(connection).then(
      () => 'answered',
      () => 'refused',
    )
  const asked = isSentFirst ? send() : undefined
  const closing = isSentFirst ? undefined : connection.disconnect()
  for (let turn = 0; turn < moment; turn += 1) await Promise.resolve()
  const answer = Promise.race([asked ?? send(), sleep(10_000, 'waits', { ref: false })])
  await (closing ?? connection.disconnect())
  return answer
}

test('no request waits without end on a connection that is closed, at whatever moment of the other', { timeout: 60_000 }, async () => {
  const moments = Array.from({ length: 24 }, (_, moment) => moment)
  const outcomes = await Promise.all([true, false].flatMap((isSentFirst) => moments.map((moment) => outcomeOf(moment, isSentFirst))))
  assert.deepEqual([...new Set(outcomes)], ['refused'])
})

test('when no broker answers what is asked of topics, that is a fault of the connection, which passes, and nothing else', async () => {
  const { prototype } = requireFrom('kafkajs/src/cluster/index.js') as { readonly prototype: { metadata(this: object): Promise<unknown> } }
  const pool = { refreshMetadataIfNecessary: async () => undefined, withBroker: async () => null }
  const unanswered = prototype.metadata.call({
    retrier: (ask: (bail: () => void) => Promise<unknown>) => ask(() => undefined),
    brokerPool: pool,
  })
  await assert.rejects(unanswered, { name: 'KafkaJSConnectionError', retriable: true })
})

test('a server of another kind, whatever it answers, ends the connection and not the process', { timeout: 60_000 }, async () => {
  for (const answer of [
    [0x84, 0, 0, 0, 0],
    [0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4],
    [0, 0, 0, 2, 1, 1],
  ]) {
    const server = createServer((socket) => void socket.on('error', () => undefined).once('data', () => socket.write(Buffer.from(answer))))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const address = server.address()
    const connection = connectionTo(typeof address === 'object' ? (address?.port ?? 0) : 0)
    await connection.connect()
    await assert.rejects(ask(connection), /not Kafka|does not answer/)
    await connection.disconnect()
    server.close()
  }
})

test('a reader that was ended while its loops begin anew lets go of the process, and they end', { timeout: 60_000 }, async () => {
  const Runner = requireFrom('kafkajs/src/consumer/runner.js') as {
    readonly prototype: { fetch(nodeId: number): Promise<readonly unknown[]> }
  }
  const createFetchManager = requireFrom('kafkajs/src/consumer/fetchManager.js') as (options: object) => {
    start(): Promise<void>
    stop(): Promise<void>
  }
  const ended = { running: false, fetchManager: { stop: () => fetchManager.stop() }, logger: quiet, consumerGroup: {} }
  const fetchManager = createFetchManager({
    logger: quiet,
    getNodeIds: () => [1, 2],
    fetch: (nodeId: number) => Runner.prototype.fetch.call(ended as never, nodeId),
    handler: async () => undefined,
    concurrency: 1,
  })
  const reading = fetchManager.start()
  await sleep(50)
  await reading
})
