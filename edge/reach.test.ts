import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { createFolderStore } from '#platform/adapters/object-store.folder.ts'
import { isServedKey, objectKey, parseObjectKey } from '#platform/contracts/object-key.ts'
import { signStream } from '#platform/identity/stream-token.ts'
import { log, temporaryFolder } from '../tests/boot.ts'
import { requestRaw } from '../tests/raw-http.ts'
import { fillFromOrigin } from './fill.ts'
import { createOrigin } from './origin.ts'
import { createEdge } from './server.ts'

const streamKey = 'ab'.repeat(32)
const serviceKey = 'cd'.repeat(32)
const secret = 'NOBODY MAY READ THIS'
const own = 'streams/t-1/u-1'
const picture = 'art/t-1/poster.svg'
/** Objects that are there, and that neither the public nor the token of `own` may read. */
const closed = [
  'streams/t-2/u-2/master.m3u8',
  'streams/t-1/u-10/master.m3u8',
  'archive/playback.heartbeats/2026-11-25/08/1.ndjson.gz',
  'quality/2026-11-25/08.json',
  'uploads/u-3/part-00000',
  'secrets.json',
] as const
const token = signStream({ prefix: objectKey(own), sessionId: 's', expiresAt: new Date(4e12) }, streamKey)

const stack = new AsyncDisposableStack()
const asked: string[] = []
let edgeUrl = ''

before(async () => {
  const folder = stack.use(await temporaryFolder())
  const objects = createFolderStore(folder.path)
  for (const key of closed) await objects.put(objectKey(key), Buffer.from(secret))
  for (const name of [`${own}/master.m3u8`, picture]) await objects.put(objectKey(name), Buffer.from(name))
  const clock = () => new Date()
  const origin = createOrigin({ name: 'origin', log, objects, streamKey, serviceKey, clock })
  origin.addHook('onRequest', async ({ raw }) => void asked.push(raw.url ?? ''))
  stack.defer(() => origin.close())
  const originUrl = await origin.listen({ host: '127.0.0.1', port: 0 })
  const edge = createEdge({ name: 'edge', log, streamKey, bytesMax: 1e6, fill: fillFromOrigin(originUrl, serviceKey), clock })
  stack.defer(() => edge.close())
  edgeUrl = await edge.listen({ host: '127.0.0.1', port: 0 })
})
after(() => stack.disposeAsync())

const percent = (character: string): string => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`
const twice = (character: string): string => percent(character).replaceAll('%', '%25')
const dots = ['.', '%2e', '%2E', '%252e', '%25252e', '%c0%ae', '%ef%bc%8e', '%u002e', '\xc0\xae', '.%00', '.%09', '.%0d', '%00.', '.;']
const slashes = [
  '/',
  '//',
  '%2f',
  '%2F',
  '%5c',
  '%5C',
  '\\',
  '%252f',
  '%255c',
  '%c0%af',
  '%ef%bc%8f',
  '/./',
  '/%2e/',
  '/;/',
  '\xc0\xaf',
  '%00/',
]

const anyOf = (spellings: readonly string[]) => fc.constantFrom(...spellings)
/** One step up, in any mix of spellings. */
const up = fc
  .tuple(anyOf(dots), fc.constantFrom('', '%09', '%0a', '%00', '\x0b'), anyOf(dots), anyOf(slashes))
  .map((parts) => parts.join(''))
const spelled = (text: string) =>
  fc
    .array(
      fc.constantFrom<(c: string) => string>(
        (c) => c,
        percent,
        twice,
        (c) => c.toUpperCase(),
      ),
      { minLength: text.length, maxLength: text.length },
    )
    .map((how) => [...text].map((character, at) => (how[at] ?? percent)(character)).join(''))
const written = (text: string) => fc.oneof({ weight: 3, arbitrary: fc.constant(text) }, { weight: 1, arbitrary: spelled(text) })
const starts = ['/art', `/${token}`, `/${token}/${own}`, `/${token}/${own}/v240`, `/art/t-1`, '', '/objects', '/x', `/${token}/art`]
const hosts = ['', 'http://origin', 'http://127.0.0.1:1', 'HTTPS://x@y', 'http:', 'http:/', '//evil', '/', '\\\\']
const tails = ['', '?', '?x=/../', '#', '%00', '%00.svg', '/', '/.', '%20', '?/streams', ';.svg', '%23', '%3f']

const attempt = fc
  .tuple(
    anyOf(hosts),
    anyOf(starts),
    anyOf(slashes),
    fc.array(up, { maxLength: 6 }),
    anyOf([...closed, 'metrics', '../metrics']).chain(written),
    anyOf(tails),
  )
  .map(([host, start, slash, ups, target, tail]) => `${host}${start}${slash}${ups.join('')}${target}${tail}`.replaceAll(/[\r\n ]/g, ''))

const shownNothing = async (target: string): Promise<void> => {
  const before = asked.length
  const { status, body } = await requestRaw(edgeUrl, { target })
  assert.ok(!body.includes(secret), target)
  assert.ok(!body.includes('cinegraph_') || /^(https?:\/\/[^/]*)?\/(\/)?metrics/i.test(target), `figures of the origin: ${target}`)
  for (const url of asked.slice(before)) {
    const key = parseObjectKey(url.replace(/^\/objects\//, ''))
    assert.ok(key !== null && isServedKey(key) && !closed.some((each) => each === key), `${target} made the edge ask for ${url}`)
  }
  assert.notEqual(status, 500, target)
}

test('no spelling of a path reaches an object without its token, nor the origin', async () => {
  await fc.assert(fc.asyncProperty(attempt, shownNothing), { numRuns: 1_500 })
})

test('the ways out that were once open are shut', async () => {
  for (const key of closed)
    for (const target of [
      `/art/..%2F${key}`,
      `/art/%2e%2e/${key}`,
      `/art/../${key}`,
      `/art/..%5C${key}`,
      `/art/.%09./${key}`,
      `/${token}/${own}/../../../${key}`,
      `/${token}/${own}/..%2f..%2f..%2f${key}`,
      `/${token}/${key}`,
      `/art/${key}`,
      `//${key}`,
    ])
      await shownNothing(target)
  for (const target of ['/art/..%2F..%2Fmetrics', '/art/../../metrics', `/${token}/${own}/..%2F..%2F..%2F..%2Fmetrics`])
    assert.equal((await requestRaw(edgeUrl, { target })).status, 404, target)
})

test('pictures need no token, a stream its own, in origin form and in absolute form', async () => {
  for (const host of ['', 'http://films.example', 'HTTP://films.example:80']) {
    assert.equal((await requestRaw(edgeUrl, { target: `${host}/${picture}` })).body.toString(), picture)
    assert.equal((await requestRaw(edgeUrl, { target: `${host}/${token}/${own}/master.m3u8?x=1` })).body.toString(), `${own}/master.m3u8`)
  }
  assert.equal((await requestRaw(edgeUrl, { target: `/${own}/master.m3u8` })).status, 403)
})

test('a query makes no new entry in the cache', async () => {
  await requestRaw(edgeUrl, { target: `/${picture}` })
  const before = asked.length
  await fc.assert(
    fc.asyncProperty(fc.stringMatching(/^[a-z0-9=&.%/?-]{0,40}$/), async (query) => {
      const answer = await requestRaw(edgeUrl, { target: `/${picture}?${query}` })
      assert.equal(answer.headers.get('x-cache'), 'HIT')
    }),
    { numRuns: 20 },
  )
  assert.equal(asked.length, before)
})
