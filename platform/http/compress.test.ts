import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { negotiate } from '#platform/graphql/over-http.ts'
import { wantsEvents } from '#platform/graphql/over-sse.ts'
import { compressAhead } from '#platform/http/compress.ts'
import { createHttp } from '#platform/http/server.ts'
import { createLog } from '#platform/observe/log.ts'
import { packageFile } from '#platform/process/package-file.ts'

const text = JSON.stringify({ rows: Array.from({ length: 200 }, (_, id) => ({ id, name: `Title ${id}` })) })
const open = () => {
  const app = createHttp({ name: 'test', log: createLog('test', 'silent') })
  app.get('/long', async (_request, reply) =>
    reply.type('application/json; charset=utf-8').header('etag', '"a"').header('vary', 'origin').send(Buffer.from(text)),
  )
  app.get('/short', async (_request, reply) => reply.type('application/json').send('{"a":1}'))
  app.get('/film', async (_request, reply) => reply.type('video/mp4').send(Buffer.alloc(5_000)))
  app.get('/part', async (_request, reply) => reply.code(206).type('text/vtt').send(Buffer.alloc(5_000, 'x')))
  return app
}

test('what is compressed ahead takes no start more than a moment', async () => {
  const library = readFileSync(packageFile('hls.js/dist/hls.min.mjs'))
  const before = process.cpuUsage()
  await compressAhead(library)
  const { user, system } = process.cpuUsage(before)
  assert.ok(user + system < 400_000, `${user + system} µs`)
})

test('long text is compressed in the way that a client reads best, and is what it was', async () => {
  await using app = open()
  const decoders = { br: brotliDecompressSync, gzip: gunzipSync, zstd: zstdDecompressSync }
  const cases = [
    ['gzip, deflate, br, zstd', 'zstd'],
    ['gzip, br', 'br'],
    ['gzip', 'gzip'],
    ['br;q=0.1, gzip', 'gzip'],
    ['*', 'zstd'],
    ['zstd;q=0, *', 'br'],
  ] as const
  for (const [accepted, coding] of cases) {
    const answer = await app.inject({ url: '/long', headers: { 'accept-encoding': accepted } })
    assert.equal(answer.headers['content-encoding'], coding, accepted)
    assert.equal(String(decoders[coding](answer.rawPayload)), text)
    assert.ok(answer.rawPayload.length < text.length / 3)
    assert.equal(answer.headers.etag, 'W/"a"')
    assert.equal(answer.headers.vary, 'origin, accept-encoding')
    const head = await app.inject({ method: 'HEAD', url: '/long', headers: { 'accept-encoding': accepted } })
    for (const name of ['content-encoding', 'content-length', 'content-type', 'etag', 'vary'])
      assert.equal(head.headers[name], answer.headers[name], `${name} of HEAD`)
  }
})

test('short answers, films, parts, and clients that read no coding get the bytes as they are', async () => {
  await using app = open()
  for (const url of ['/short', '/film', '/part'])
    assert.equal((await app.inject({ url, headers: { 'accept-encoding': 'br' } })).headers['content-encoding'], undefined, url)
  for (const accepted of ['identity', 'br;q=0', 'deflate', ';;'])
    assert.equal((await app.inject({ url: '/long', headers: { 'accept-encoding': accepted } })).body, text, accepted)
  assert.equal((await app.inject('/long')).body, text)
})

test('what a client accepts is weighed', () => {
  const [modern, classic] = ['application/graphql-response+json', 'application/json']
  assert.equal(negotiate(`${modern}, ${classic}, text/event-stream;q=0.5`), modern)
  assert.equal(negotiate(`${modern};q=0.1, ${classic}`), classic)
  assert.equal(negotiate(`${classic};q=0`), null)
  assert.equal(negotiate(`${classic};q=0, */*`), modern)
  assert.equal(negotiate('text/html'), null)
  assert.equal(negotiate('*/*'), classic)
  const events = (accept: string, query = '{ a }') =>
    wantsEvents({ method: 'POST', headers: { accept, 'content-type': 'application/json' }, body: { query } } as never)
  assert.equal(events(`${modern}, ${classic}, text/event-stream;q=0.5`), false)
  assert.equal(events(`${modern}, ${classic}, text/event-stream;q=0.5`, 'subscription { a }'), true)
  assert.equal(events('text/event-stream'), true)
  assert.equal(events('text/event-stream;q=0', 'subscription { a }'), false)
})

test('an unknown route, a path that is not well-formed and one that is too long get one shape of error', async () => {
  await using app = open()
  for (const url of ['/nothing', '/%zz', `/${'a'.repeat(5_000)}`, '/long/%', '/?%%%=%']) {
    const { statusCode, body } = await app.inject(url)
    assert.ok(statusCode >= 400 && statusCode < 500, `${statusCode} for ${url.slice(0, 20)}`)
    const { error } = JSON.parse(body) as { error: { code: string; message: string } }
    assert.match(error.code, /^(NOT_FOUND|INPUT_INVALID)$/)
    assert.doesNotMatch(error.message, /zz|node_modules/)
  }
})
