import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { after, before, test } from 'node:test'
import { createFolderStore } from '#platform/adapters/object-store.folder.ts'
import { objectKey } from '#platform/contracts/object-key.ts'
import { createEdgeHealth } from '#platform/delivery/edge-health.ts'
import { signStream } from '#platform/identity/stream-token.ts'
import { log, temporaryFolder } from '../tests/boot.ts'
import { fillFromOrigin } from './fill.ts'
import { createOrigin } from './origin.ts'
import { pathwayId } from './pathways.ts'
import { createEdge } from './server.ts'

const streamKey = 'ab'.repeat(32)
const serviceKey = 'cd'.repeat(32)
const prefix = objectKey('streams/t-1/u-1/abc')
const expiresAt = new Date(Date.now() + 600_000)
const token = signStream({ prefix, sessionId: 's', expiresAt }, streamKey)
const stack = new AsyncDisposableStack()
const edges: string[] = []

const master = `#EXTM3U
#EXT-X-VERSION:7
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="One",DEFAULT=YES,URI="audio.m3u8"
#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="text",NAME="GROUP-ID",DEFAULT=NO,URI="text1.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=1000,AUDIO="sound",SUBTITLES="text"
v240.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=2000,AUDIO="sound",SUBTITLES="text"
v480.m3u8
`
const manifest = `<?xml version="1.0" encoding="UTF-8"?>
<MPD type="static">
  <Period id="1">
    <AdaptationSet><Representation id="v240"><BaseURL>v240/1.m4s</BaseURL></Representation></AdaptationSet>
  </Period>
</MPD>
`

before(async () => {
  const objects = createFolderStore(stack.use(await temporaryFolder()).path)
  const put = (name: string, text: string) => objects.put(objectKey(`${prefix}/${name}`), Buffer.from(text), { type: 'text/plain' })
  await put('master.m3u8', master)
  await put('manifest.mpd', manifest)
  for (const name of ['audio', 'text1', 'v240', 'v480']) await put(`${name}.m3u8`, name)
  const clock = () => new Date()
  const origin = createOrigin({ name: 'origin', log, objects, streamKey, serviceKey, clock })
  stack.defer(() => origin.close())
  const fill = fillFromOrigin(await origin.listen({ host: '127.0.0.1', port: 0 }), serviceKey)
  for (const name of ['edge-1', 'edge-2']) {
    // NOTE: the list is filled before the first request.
    const edge = createEdge({ name, log, streamKey, bytesMax: 1e6, fill, edges, clock })
    stack.defer(() => edge.close())
    edges.push(await edge.listen({ host: '127.0.0.1', port: 0 }))
  }
})
after(() => stack.disposeAsync())

const get = async (edge: string, name: string, key = token) => {
  const response = await fetch(`${edge}/${key}/${prefix}/${name}`)
  return { status: response.status, text: await response.text(), headers: response.headers }
}

test('the HLS playlist names every variant at every edge, each with sound and subtitles of the same edge, and all of it is there', async () => {
  for (const edge of edges) {
    const { text } = await get(edge, 'master.m3u8')
    const lines = text.trimEnd().split('\n')
    const byEdge = new Map(edges.map((each) => [pathwayId(each), new URL(each).origin]))
    const steering = /^#EXT-X-CONTENT-STEERING:SERVER-URI="([^"]+)",PATHWAY-ID="([^"]+)"$/m.exec(text)
    assert.ok(byEdge.has(steering?.[2] ?? ''))
    assert.notEqual(new URL(steering?.[1] ?? '').origin, byEdge.get(steering?.[2] ?? ''), 'steering is asked of another edge')
    const groups = new Map<string, string>()
    for (const line of lines.filter((each) => each.startsWith('#EXT-X-MEDIA:'))) {
      const [, group = ''] = /GROUP-ID="([^"]+)"/.exec(line) ?? []
      const [, uri = ''] = /,URI="([^"]+)"/.exec(line) ?? []
      assert.equal((await fetch(uri)).status, 200)
      assert.ok(/NAME="(One|GROUP-ID)"/.test(line), 'names stay')
      groups.set(group, new URL(uri).origin)
    }
    const seen: string[] = []
    for (const [at, line] of lines.entries()) {
      if (!line.startsWith('#EXT-X-STREAM-INF')) continue
      const [, pathway = ''] = /,PATHWAY-ID="([\w.-]+)"$/.exec(line) ?? []
      const uri = lines[at + 1] ?? ''
      assert.equal(new URL(uri).origin, byEdge.get(pathway))
      assert.equal((await fetch(uri)).status, 200)
      for (const [, group = ''] of line.matchAll(/(?:AUDIO|SUBTITLES)="([^"]+)"/g)) assert.equal(groups.get(group), byEdge.get(pathway))
      seen.push(`${pathway} ${uri.split('/').at(-1)}`)
    }
    assert.equal(new Set(seen).size, 4)
  }
})

test('the DASH manifest names a base at every edge, before its period', async () => {
  const { text } = await get(edges[0] ?? '', 'manifest.mpd')
  const order = [...text.matchAll(/^ {2}<(\w+)/gm)].map(([, name]) => name)
  assert.deepEqual(order, ['BaseURL', 'BaseURL', 'ContentSteering', 'Period'])
  const bases = [...text.matchAll(/<BaseURL serviceLocation="([\w.-]+)">([^<]+)</g)].map(([, id, url = '']) => [id, url] as const)
  assert.deepEqual(bases.map(([id]) => id).toSorted(), edges.map(pathwayId).toSorted())
  for (const [, url] of bases) assert.equal((await fetch(new URL('v240.m3u8', url))).status, 200)
})

test('steering needs the token of its stream, and lists all edges', async () => {
  const { status, text, headers } = await get(edges[1] ?? '', 'steering.json')
  assert.equal(status, 200)
  assert.match(headers.get('content-type') ?? '', /^application\/json/)
  const answer = JSON.parse(text) as { VERSION: number; TTL: number; 'RELOAD-URI': string; 'PATHWAY-PRIORITY': string[] }
  assert.equal(answer.VERSION, 1)
  assert.deepEqual(answer['PATHWAY-PRIORITY'].toSorted(), edges.map(pathwayId).toSorted())
  assert.equal((await fetch(answer['RELOAD-URI'])).status, 200)
  const other = signStream({ prefix: objectKey('streams/t-2/u-2/abc'), sessionId: 's', expiresAt }, streamKey)
  assert.equal((await get(edges[1] ?? '', 'steering.json', other)).status, 403)
  assert.equal((await fetch(`${edges[1]}/art/steering.json`)).status, 404)
})

test('an edge that takes connections and answers nothing comes last, and first again once it answers', async () => {
  const frozen = createServer(() => undefined)
  await new Promise<void>((resolve) => frozen.listen(0, '127.0.0.1', resolve))
  const address = frozen.address()
  const silent = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  let atMs = 0
  const alive = edges[0] ?? ''
  const order = createEdgeHealth(undefined, () => atMs)
  assert.deepEqual(await order([silent, alive], { waitMs: 5_000 }), [alive, silent])
  assert.deepEqual(await order([silent, alive], { waitMs: 0 }), [alive, silent], 'it is remembered')
  frozen.close()
  const back = createEdgeHealth(
    async (edge) => atMs > 0 || edge === alive,
    () => atMs,
  )
  assert.deepEqual(await back([silent, alive], { waitMs: 5_000 }), [alive, silent])
  atMs = 10_000
  assert.deepEqual(await back([silent, alive], { waitMs: 5_000 }), [silent, alive])
  assert.deepEqual(
    await createEdgeHealth(() => new Promise(() => undefined))([silent, alive], { waitMs: 10 }),
    [silent, alive],
    'nobody waits longer',
  )
})
