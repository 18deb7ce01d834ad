import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { httpGraph } from './http-graph.ts'

const parts = {
  films: {
    sdl: 'type Query { film: Film } type Film { id: ID! name: String }',
    resolvers: { Query: { film: () => ({ id: '1', name: 'film 1' }) } },
  },
}

test('requests may be compressed, answers are when a client reads it, and a body that unpacks to too much is refused', async () => {
  await using graph = await httpGraph(parts)
  const send = (body: Buffer | string, headers: Record<string, string>) =>
    fetch(`${graph.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: body as never })
  const body = JSON.stringify({ query: '{ film { name } }' })
  for (const [coding, packed] of [
    ['gzip', gzipSync(body)],
    ['zstd', zstdCompressSync(body)],
  ] as const)
    assert.deepEqual(await (await send(packed, { 'content-encoding': coding })).json(), { data: { film: { name: 'film 1' } } }, coding)
  const bomb = await send(gzipSync(Buffer.alloc(20_000_000, 32)), { 'content-encoding': 'gzip' })
  assert.equal(bomb.status, 413)
  assert.equal((await send('not packed', { 'content-encoding': 'gzip' })).status, 400)
  assert.equal((await send(body, { 'content-encoding': 'odd' })).status, 415)
  const form = new FormData()
  form.append('operations', body)
  const upload = await fetch(`${graph.url}/graphql`, { method: 'POST', body: form })
  assert.equal(upload.status, 415)
  assert.match(await upload.text(), /Files are not uploaded through GraphQL here/)
})

test('a subgraph may answer compressed, up to what an answer may have', async () => {
  const asked: (string | undefined)[] = []
  const server = createServer((request, response) => {
    asked.push(request.headers['accept-encoding']?.toString())
    request.resume().on('end', () => {
      const text = JSON.stringify({ data: { film: { name: 'n'.repeat(asked.length === 1 ? 10 : 5_000_000) } } })
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(gzipSync(text))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { readonly port: number }
  await using packed = await httpGraph(parts, {
    compressed: true,
    limits: { answerBytesMax: 1_000_000 },
    subgraphs: { films: { url: `http://127.0.0.1:${port}/graphql` } },
  })
  const ask = async () =>
    (await (
      await fetch(`${packed.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"query":"{ film { name } }"}',
      })
    ).json()) as { readonly data: { readonly film: { readonly name: string } | null }; readonly errors?: readonly object[] }
  assert.equal((await ask()).data.film?.name, 'nnnnnnnnnn')
  const large = await ask()
  assert.equal(large.data.film, null)
  assert.equal(large.errors?.length, 1)
  assert.match(asked[0] ?? '', /gzip/)
  server.close()
})
