import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { WebSocket } from 'ws'
import { createHttp, type Http } from '#platform/http/server.ts'
import { serveSockets } from '#platform/http/websocket.ts'
import { createLog } from '#platform/observe/log.ts'
import { until } from '../member.ts'

const megabyte = 1024 * 1024
const long = Buffer.alloc(24 * megabyte, 'x')

type Served = { readonly app: Http; readonly url: URL; readonly state: { held: number; peak: number; served: number } }

/** A server with answers that no socket buffers whole, and the bytes that wait in it for its clients. */
const serve = async (heldBytesMax: number, stack: AsyncDisposableStack): Promise<Served> => {
  const app = createHttp({ name: 'test', log: createLog('test', 'silent'), connections: { heldBytesMax } })
  stack.defer(() => app.close())
  const state = { held: 0, peak: 0, served: 0 }
  app.get('/long', async (_request, reply) => reply.type('application/octet-stream').send(long))
  app.get('/slow', async () => {
    state.served += 1
    await new Promise((resolve) => setTimeout(resolve, 200))
    return 'slow'
  })
  app.post('/taken', async () => 'taken')
  serveSockets(app, { path: '/socket', chooseProtocol: () => false, onOpen: () => undefined, mayOpen: () => true })
  const sockets = new Set<Socket>()
  app.server.on('connection', (socket: Socket) => sockets.add(socket))
  const looking = setInterval(() => {
    state.held = [...sockets].reduce((sum, socket) => sum + (socket.destroyed ? 0 : socket.writableLength), 0)
    state.peak = Math.max(state.peak, state.held)
  }, 20)
  stack.defer(() => clearInterval(looking))
  return { app, url: new URL(await app.listen({ host: '127.0.0.1', port: 0 })), state }
}

type Line = { readonly socket: Socket; isOpen: boolean; text: string }

const dial = ({ hostname, port }: URL, stack: AsyncDisposableStack, text: string): Line => {
  const socket = connect({ host: hostname, port: Number(port) })
  const line: Line = { socket, isOpen: true, text: '' }
  socket.on('error', () => undefined).on('close', () => (line.isOpen = false))
  stack.defer(() => void socket.destroy())
  socket.write(text)
  return line
}
const reading = (line: Line): Line => {
  line.socket.on('data', (data) => (line.text += data))
  return line
}
const head = (method: string, path: string, more = ''): string => `${method} ${path} HTTP/1.1\r\nhost: localhost\r\n${more}\r\n`

test('clients that do not read hold so much together, whoever reads is answered meanwhile', { timeout: 60_000 }, async () => {
  await using stack = new AsyncDisposableStack()
  const { url, state } = await serve(64 * megabyte, stack)
  for (let each = 0; each < 12; each += 1) dial(url, stack, head('GET', '/long')).socket.pause()
  await until('too much waits', 20_000, async () => state.peak > 64 * megabyte)
  await until('some were let go', 20_000, async () => state.held <= 64 * megabyte)
  const answer = await fetch(new URL('/long', url))
  assert.equal((await answer.arrayBuffer()).byteLength, long.length)
})

test('requests and messages that clients do not finish count as well; those of others are taken', { timeout: 60_000 }, async () => {
  await using stack = new AsyncDisposableStack()
  const { url } = await serve(4 * megabyte, stack)
  const most = 'x'.repeat(200 * 1024)
  const body = head('POST', '/taken', `content-type: text/plain\r\ncontent-length: ${most.length + 1}\r\n`) + most
  const upgrade = head(
    'GET',
    '/socket',
    'connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n',
  )
  const frame = Buffer.alloc(14 + most.length)
  frame.set([0x81, 0x80 | 127])
  frame.writeBigUInt64BE(BigInt(most.length + 1), 2)
  const member = new WebSocket(new URL('/socket', url.href.replace('http', 'ws')))
  stack.defer(() => member.terminate())
  await once(member, 'open')
  for (let sent = 0; sent < 100; sent += 1) member.send(most)
  for (const begin of [
    () => reading(dial(url, stack, body)),
    () => {
      const line = reading(dial(url, stack, upgrade))
      line.socket.once('data', () => line.socket.write(frame))
      return line
    },
  ]) {
    const lines = Array.from({ length: 60 }, begin)
    await until('no more are open than may be', 20_000, async () => lines.filter(({ isOpen }) => isOpen).length <= 32)
    const text = 'y'.repeat(100 * 1024)
    const taken = await fetch(new URL('/taken', url), { method: 'POST', headers: { 'content-type': 'text/plain' }, body: text })
    assert.equal(await taken.text(), 'taken')
    for (const { socket } of lines) socket.destroy()
  }
  assert.equal(member.readyState, WebSocket.OPEN, 'a member that sends whole messages stays')
})

test('a few requests that come together are answered in order; a flood of them on one connection closes it', {
  timeout: 60_000,
}, async () => {
  await using stack = new AsyncDisposableStack()
  const { url, state } = await serve(64 * megabyte, stack)
  const few = reading(dial(url, stack, head('GET', '/slow').repeat(4) + head('GET', '/health/live', 'connection: close\r\n')))
  await until('all are answered', 20_000, async () => !few.isOpen)
  assert.deepEqual(
    [...few.text.matchAll(/HTTP\/1.1 (\d+)|slow|"live"/g)]
      .map(([found]) => found)
      .join(' ')
      .match(/slow|"live"/g),
    ['slow', 'slow', 'slow', 'slow', '"live"'],
  )
  const flood = reading(dial(url, stack, head('GET', '/slow').repeat(300)))
  await until('it is closed', 20_000, async () => !flood.isOpen)
  const later = state.served
  const again = reading(dial(url, stack, head('GET', '/slow')))
  await until('another is answered', 20_000, async () => again.text.includes('slow'))
  assert.equal(state.served, later + 1, 'nothing goes on for the connection that was closed')
})
