import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { log } from '../tests/boot.ts'
import { until } from '../tests/member.ts'
import type { Held } from './cache.ts'
import { createEdge } from './server.ts'

const mib = 1_048_576
const objectBytes = 8 * mib

const serve = async (bytesMax: number, stack: AsyncDisposableStack) => {
  const filled = new Set<string>()
  const edge = createEdge({
    name: 'edge',
    log,
    streamKey: 'ab'.repeat(32),
    bytesMax,
    underwayBytesMax: 4 * objectBytes,
    fill: async (key): Promise<Held> => {
      filled.add(key)
      return { body: randomBytes(objectBytes), type: 'image/svg+xml', etag: '"1"', lastModified: '', cacheControl: 'public' }
    },
    clock: () => new Date(),
  })
  stack.defer(() => edge.close())
  return { url: await edge.listen({ host: '127.0.0.1', port: 0 }), filled }
}

/** A client that asks for an object and never reads. */
const askWithoutReading = async (url: string, at: number, stack: AsyncDisposableStack): Promise<Socket> => {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) })
  stack.defer(() => void socket.destroy())
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.pause()
  socket.write(`GET /art/t-${at}/poster.svg HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`)
  return socket
}

test('clients that do not read hold no more than the bound; who reads is served all the while', { timeout: 60_000 }, async () => {
  await using stack = new AsyncDisposableStack()
  const { url, filled } = await serve(mib, stack)
  const sockets: Socket[] = []
  for (let at = 0; at < 12; at += 1) {
    sockets.push(await askWithoutReading(url, at, stack))
    await until('it is asked for', 20_000, async () => filled.has(`art/t-${at}/poster.svg`))
    const read = await fetch(`${url}/art/t-reader-${at}/poster.svg`)
    assert.equal((await read.arrayBuffer()).byteLength, objectBytes)
  }
  const ended = async (): Promise<number> => {
    let count = 0
    // NOTE: what was sent before must be read until the end shows.
    for (const socket of sockets.slice(0, 8)) count += Number(socket.resume().closed)
    return count
  }
  await until('the oldest are ended', 20_000, async () => (await ended()) >= 8)
})

test('an object that many wait for is held once, and nobody is ended for it', { timeout: 60_000 }, async () => {
  await using stack = new AsyncDisposableStack()
  const { url } = await serve(4 * objectBytes, stack)
  const answers = await Promise.all(Array.from({ length: 20 }, () => fetch(`${url}/art/t-1/poster.svg`)))
  for (const answer of answers) assert.equal((await answer.arrayBuffer()).byteLength, objectBytes)
})
