import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createEdge } from '../../edge/server.ts'
import { bootPlatform, log } from '../boot.ts'
import { requestRaw } from '../raw-http.ts'

const shop = 'https://shop.example'
const others = [
  'https://shop.example.evil.example',
  'http://shop.example',
  'https://shop.example:8443',
  'https://evil.example',
  'null',
  '*',
]

type Allowed = { readonly origin: string | undefined; readonly methods: string; readonly headers: string; readonly credentials: boolean }

/** What a browser is allowed after its preflight, and what the answer itself then says about the origin. */
const preflight = async (
  url: string,
  origin: string,
  { target = '/graphql', method = 'POST' } = {},
): Promise<Allowed & { read: string | undefined }> => {
  const asked = { origin, 'access-control-request-method': method, 'access-control-request-headers': 'authorization,content-type' }
  const { headers } = await requestRaw(url, { method: 'OPTIONS', target, headers: asked })
  const answer = await requestRaw(url, { target: method === 'GET' ? target : '/graphql?query=%7B__typename%7D', headers: { origin } })
  const own = headers.get('access-control-allow-origin')
  return {
    origin: own,
    methods: headers.get('access-control-allow-methods') ?? '',
    headers: headers.get('access-control-allow-headers') ?? '',
    credentials: headers.has('access-control-allow-credentials') || answer.headers.has('access-control-allow-credentials'),
    read: answer.headers.get('access-control-allow-origin'),
  }
}

test('pages whose origin a setting names may ask BFFs and supergraph; no other page may, and none with credentials', async () => {
  await using platform = await bootPlatform({ config: { corsOrigins: [shop] } })
  const { web, tv, mobile, supergraph } = platform.links
  for (const url of [web, tv, mobile, supergraph]) {
    const allowed = await preflight(url, shop)
    assert.deepEqual([allowed.origin, allowed.read, allowed.credentials], [shop, shop, false], url)
    assert.match(allowed.methods, /POST/)
    for (const header of ['authorization', 'content-type', 'x-cinegraph-device']) assert.ok(allowed.headers.includes(header), header)
    for (const other of others) {
      const refused = await preflight(url, other)
      assert.deepEqual([refused.origin, refused.read], [undefined, undefined], `${url} ${other}`)
    }
    const { headers } = await requestRaw(url, { target: '/graphql?query=%7B__typename%7D', headers: { origin: 'https://evil.example' } })
    assert.match(headers.get('vary') ?? '', /origin/i, 'a shared cache tells origins apart')
  }
})

test("without a setting, the page's own origin may ask the BFFs, and Apollo Sandbox the supergraph", async () => {
  await using platform = await bootPlatform()
  const { web, tv, mobile, supergraph } = platform.links
  for (const url of [tv, mobile]) assert.equal((await preflight(url, web)).origin, web)
  assert.equal((await preflight(supergraph, 'https://studio.apollographql.com')).origin, 'https://studio.apollographql.com')
  for (const url of [web, tv, mobile, supergraph]) assert.equal((await preflight(url, shop)).origin, undefined)
})

test('all origins may ask where the setting says so, still without credentials', async () => {
  await using platform = await bootPlatform({ config: { corsOrigins: ['*'] } })
  const { web, tv, mobile, supergraph } = platform.links
  for (const url of [web, tv, mobile, supergraph])
    for (const origin of [shop, 'null']) {
      const allowed = await preflight(url, origin)
      assert.deepEqual([allowed.origin, allowed.read, allowed.credentials], ['*', '*', false], `${url} ${origin}`)
    }
})

test('every page may read from an edge, unless a setting names the origins that may', async () => {
  await using stack = new AsyncDisposableStack()
  const open = async (allowed: { allowedOrigins?: readonly string[] }): Promise<string> => {
    const clock = () => new Date()
    const edge = createEdge({ name: 'edge', log, streamKey: 'k', bytesMax: 1e6, fill: async () => null, clock, ...allowed })
    stack.defer(() => edge.close())
    return edge.listen({ host: '127.0.0.1', port: 0 })
  }
  const media = { target: '/art/t-1/poster.svg', method: 'GET' }
  const all = await preflight(await open({}), 'https://evil.example', media)
  assert.deepEqual([all.origin, all.read, all.headers, all.credentials], ['*', '*', '*', false])
  assert.match(all.methods, /GET/)
  const some = await open({ allowedOrigins: [shop] })
  assert.deepEqual(
    [(await preflight(some, shop, media)).read, (await preflight(some, 'https://evil.example', media)).read],
    [shop, undefined],
  )
})
