import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createFolderStore } from '#platform/adapters/object-store.folder.ts'
import { objectKey } from '#platform/contracts/object-key.ts'
import { callerHeaders } from '#platform/contracts/viewer.ts'
import { log, temporaryFolder } from '../tests/boot.ts'
import { requestRaw } from '../tests/raw-http.ts'
import { fillFromOrigin } from './fill.ts'
import { createOrigin } from './origin.ts'
import { createEdge } from './server.ts'

const streamKey = 'ab'.repeat(32)
const serviceKey = 'cd'.repeat(32)
const bytes = Buffer.from('<svg>0123456789</svg>')
const stack = new AsyncDisposableStack()
/** The same object at the edge and at the origin. */
const servers: { name: string; url: string; target: string; headers: Record<string, string> }[] = []

before(async () => {
  const objects = createFolderStore(stack.use(await temporaryFolder()).path)
  await objects.put(objectKey('art/t-1/poster.svg'), bytes, { type: 'image/svg+xml' })
  const clock = () => new Date()
  const origin = createOrigin({ name: 'origin', log, objects, streamKey, serviceKey, clock })
  stack.defer(() => origin.close())
  const originUrl = await origin.listen({ host: '127.0.0.1', port: 0 })
  const edge = createEdge({ name: 'edge', log, streamKey, bytesMax: 1e6, fill: fillFromOrigin(originUrl, serviceKey), clock })
  stack.defer(() => edge.close())
  const edgeUrl = await edge.listen({ host: '127.0.0.1', port: 0 })
  servers.push({ name: 'edge', url: edgeUrl, target: '/art/t-1/poster.svg', headers: {} })
  servers.push({ name: 'origin', url: originUrl, target: '/objects/art/t-1/poster.svg', headers: { [callerHeaders.service]: serviceKey } })
})
after(() => stack.disposeAsync())

test('HEAD says what GET would, without the body', async () => {
  for (const { name, url, target, headers } of servers) {
    const [get, head] = [await requestRaw(url, { target, headers }), await requestRaw(url, { method: 'HEAD', target, headers })]
    assert.deepEqual(get.body, bytes, name)
    assert.equal(head.body.length, 0, name)
    for (const field of ['content-length', 'content-type', 'etag', 'last-modified', 'accept-ranges', 'cache-control'])
      assert.equal(head.headers.get(field), get.headers.get(field), `${name} ${field}`)
    assert.equal(head.headers.get('content-length'), String(bytes.length), name)
  }
})

test('the edge hands on the validators of the origin', async () => {
  const [atEdge, atOrigin] = await Promise.all(servers.map(({ url, target, headers }) => requestRaw(url, { target, headers })))
  for (const field of ['etag', 'last-modified', 'content-type', 'cache-control']) {
    assert.ok(atEdge?.headers.has(field), field)
    assert.equal(atEdge?.headers.get(field), atOrigin?.headers.get(field), field)
  }
})

test('conditions and ranges are answered with their status and their headers', async () => {
  for (const { name, url, target, headers } of servers) {
    const ask = (more: Record<string, string>) => requestRaw(url, { target, headers: { ...headers, ...more } })
    const etag = (await ask({})).headers.get('etag') ?? ''
    const same = await ask({ 'if-none-match': `"x", W/${etag}` })
    assert.deepEqual([same.status, same.body.length, same.headers.get('etag')], [304, 0, etag], name)
    assert.equal(same.headers.get('content-length'), undefined, name)
    const part = await ask({ range: 'bytes=5-8', 'if-range': etag })
    assert.deepEqual([part.status, part.body.toString()], [206, '0123'], name)
    assert.equal(part.headers.get('content-range'), `bytes 5-8/${bytes.length}`, name)
    assert.deepEqual((await ask({ range: 'bytes=5-8', 'if-range': 'W/"x"' })).body, bytes, name)
    assert.equal((await ask({ 'if-match': '"x"' })).status, 412, name)
    const beyond = await ask({ range: 'bytes=99-' })
    assert.equal(beyond.status, 416, name)
    assert.equal(beyond.headers.get('content-range'), `bytes */${bytes.length}`, name)
    assert.doesNotMatch(beyond.headers.get('cache-control') ?? '', /immutable/, `${name}: a refusal is not kept`)
  }
})
