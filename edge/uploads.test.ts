import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { createFolderStore } from '#platform/adapters/object-store.folder.ts'
import { closedUploadOf, objectKey } from '#platform/contracts/object-key.ts'
import { readObject } from '#platform/files/read-object.ts'
import { signUploadPath } from '#platform/identity/stream-token.ts'
import type { ObjectStore } from '#platform/ports/object-store.ts'
import { log, temporaryFolder } from '../tests/boot.ts'
import { type RawAnswer, requestRaw, sendRaw } from '../tests/raw-http.ts'
import { createOrigin } from './origin.ts'

const streamKey = 'ab'.repeat(32)
const stack = new AsyncDisposableStack()
const part = Buffer.from('{"bytes":"of a film"}'.repeat(1_000))
let objects: ObjectStore
let originUrl = ''
let requestTimeoutMs = 0
let count = 0

before(async () => {
  objects = createFolderStore(stack.use(await temporaryFolder()).path)
  const origin = createOrigin({
    name: 'origin',
    log,
    objects,
    streamKey,
    serviceKey: 'cd'.repeat(32),
    clock: () => new Date(),
    pace: { bytes: 4_000, everyMs: 1_500 },
  })
  stack.defer(() => origin.close())
  requestTimeoutMs = origin.server.requestTimeout
  originUrl = await origin.listen({ host: '127.0.0.1', port: 0 })
})
after(() => stack.disposeAsync())

/** A new address for a part of `bytes` bytes. */
const address = (bytes = part.length, expiresAt = new Date(Date.now() + 60_000)) => {
  count += 1
  const key = objectKey(`uploads/u/part-${count}`)
  return { key, path: signUploadPath({ key, bytes, expiresAt }, streamKey) }
}
const put = (path: string, headers: Readonly<Record<string, string>>, body: Buffer): Promise<RawAnswer> => {
  const lines = Object.entries({ host: 'origin', connection: 'close', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
  return sendRaw(originUrl, Buffer.concat([Buffer.from(`PUT ${path} HTTP/1.1\r\n${lines.join('')}\r\n`), body]))
}
const sized = (body: Buffer) => ({ 'content-length': String(body.length) })
const chunked = (body: Buffer): Buffer => Buffer.from(`${body.length.toString(16)}\r\n${body.toString('latin1')}\r\n0\r\n\r\n`, 'latin1')
const stored = async (key: string): Promise<Buffer | null> =>
  (await objects.head(objectKey(key))) === null ? null : readObject(objects, objectKey(key))

test('a part is stored byte for byte, whatever its content type says', async () => {
  const types = [
    'application/octet-stream',
    'application/json',
    'text/plain',
    'application/x-www-form-urlencoded',
    'video/mp4',
    'a',
    'a/',
    ';',
    'multipart/form-data; boundary=x',
  ]
  for (const type of [undefined, ...types]) {
    const headers = type === undefined ? {} : { 'content-type': type }
    const whole = address()
    assert.equal((await put(whole.path, { ...headers, ...sized(part) }, part)).status, 200, type)
    assert.deepEqual(await stored(whole.key), part, type)
    const inChunks = address()
    assert.equal((await put(inChunks.path, { ...headers, 'transfer-encoding': 'chunked' }, chunked(part))).status, 200, type)
    assert.deepEqual(await stored(inChunks.key), part, `${type}, chunked`)
  }
})

test('a part of another size than was signed stores nothing, and says which size it must have', async () => {
  const long = Buffer.concat([part, part])
  for (const body of [part.subarray(1), Buffer.alloc(0), long]) {
    const { key, path } = address()
    const bySize = await put(path, sized(body), body)
    assert.equal(bySize.status, 400)
    assert.match(bySize.body.toString(), new RegExp(`exactly ${part.length} bytes`))
    assert.equal((await put(path, { 'transfer-encoding': 'chunked' }, chunked(body))).status, 400)
    assert.equal(await stored(key), null)
  }
  const { key, path } = address()
  assert.equal((await put(path, { ...sized(part), 'content-encoding': 'gzip' }, part)).status, 400)
  assert.equal((await put(path, { ...sized(part), 'content-range': 'bytes 0-9/99' }, part)).status, 400)
  assert.equal(await stored(key), null)
})

test('a part that was cut off stores nothing, and can be sent again', async () => {
  const { key, path } = address()
  const { hostname, port } = new URL(originUrl)
  const socket = connect({ host: hostname, port: Number(port) })
  socket.on('error', () => undefined)
  socket.write(`PUT ${path} HTTP/1.1\r\nhost: o\r\ncontent-length: ${part.length}\r\n\r\n${part.subarray(0, 100).toString()}`)
  await once(socket, 'connect')
  socket.end()
  await once(socket.resume(), 'close')
  assert.equal(await stored(key), null)
  for (const _ of ['again', 'and twice']) assert.equal((await put(path, sized(part), part)).status, 200)
  assert.deepEqual(await stored(key), part)
})

test('an address says by HEAD whether its part is there', async () => {
  const { path } = address()
  assert.equal((await requestRaw(originUrl, { method: 'HEAD', target: path })).status, 404)
  await put(path, sized(part), part)
  const there = await requestRaw(originUrl, { method: 'HEAD', target: path })
  assert.equal(there.status, 200)
  assert.equal(there.headers.get('content-length'), String(part.length))
})

test('an address that has expired, or is for another part, takes nothing', async () => {
  const expired = address(part.length, new Date(Date.now() - 1_000))
  assert.equal((await put(expired.path, sized(part), part)).status, 403)
  const other = address()
  assert.equal((await put(other.path.replace(/part-\d+/, 'part-0'), sized(part), part)).status, 403)
  assert.equal(await stored(expired.key), null)
})

/** Sends a part in so many pieces with a pause before each, and says whether an answer came. */
const sendSlowly = async (pieces: number, pauseMs: number) => {
  const { key, path } = address()
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(originUrl).port) })
  let answer = ''
  socket.on('data', (data: Buffer) => (answer += data.toString('latin1'))).on('error', () => undefined)
  socket.write(`PUT ${path} HTTP/1.1\r\nhost: origin\r\nconnection: close\r\ncontent-length: ${part.length}\r\n\r\n`)
  const bytes = Math.ceil(part.length / pieces)
  for (let at = 0; at < pieces && !socket.destroyed; at += 1) {
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
    socket.write(part.subarray(at * bytes, (at + 1) * bytes))
  }
  if (!socket.closed) await once(socket, 'close')
  return { answer, stored: await stored(key) }
}

test('a part over a slow line takes as long as it needs, and one that hardly moves is given up', async () => {
  assert.ok(requestTimeoutMs >= 3_600_000, 'a part of 8 MiB over 70 kbit/s takes a quarter of an hour')
  const slow = await sendSlowly(20, 100)
  assert.match(slow.answer, /^HTTP\/1.1 200 /)
  assert.deepEqual(slow.stored, part)
  const hardly = await sendSlowly(2_000, 10)
  assert.doesNotMatch(hardly.answer, /^HTTP\/1.1 200 /)
  assert.equal(hardly.stored, null)
})

test('from when an upload is finished its addresses take nothing, also from those who were sending already', async () => {
  const { key, path } = address()
  assert.equal((await put(path, sized(part), part)).status, 200)
  const { hostname, port } = new URL(originUrl)
  const late = connect({ host: hostname, port: Number(port) })
  let answer = ''
  late.on('data', (data) => (answer += data)).on('error', () => undefined)
  const other = Buffer.alloc(part.length, 'x')
  late.write(`PUT ${path} HTTP/1.1\r\nhost: o\r\nconnection: close\r\ncontent-length: ${part.length}\r\n\r\n`)
  late.write(other.subarray(0, 100))
  await once(late, 'connect')
  await objects.put(closedUploadOf(key), new Uint8Array())
  late.write(other.subarray(100))
  await once(late, 'close')
  assert.match(answer, /^HTTP\/1.1 409[\s\S]*UPLOAD_CLOSED/)
  const another = address()
  for (const each of [path, another.path]) assert.equal((await put(each, sized(other), other)).status, 409)
  assert.deepEqual(await stored(key), part)
  assert.equal(await stored(another.key), null)
})
