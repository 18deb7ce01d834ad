import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { httpGraph } from './http-graph.ts'

const sdl = 'type Query { film(id: Int): Int }'
const parts = { films: { sdl, resolvers: { Query: { film: (_: unknown, { id }: { id: number }) => id } } } }
type Reply = { readonly status: number; readonly body: object }

/** A subgraph that gives one answer to requests for film 13, and maybe another one to others. */
const answering = async (refusal: Reply, stack: AsyncDisposableStack, other: Reply = refusal): Promise<string> => {
  const server = createServer((request, response) => {
    let text = ''
    const reply = (): void => {
      const { status, body } = text.includes('13') ? refusal : other
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    request.on('data', (data) => (text += data)).on('end', reply)
  }).listen(0, '127.0.0.1')
  stack.defer(async () => {
    server.closeAllConnections()
    server.close()
  })
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`
}

const ask = async (url: string, member: number, query = '{ film(id: 7) }'): Promise<string> => {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${member}` }
  return (await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) })).text()
}

const coded = (code: string) => ({ data: null, errors: [{ message: 'no', extensions: { code } }] })
const refusals: readonly Reply[] = [
  { status: 400, body: coded('BAD_USER_INPUT') },
  { status: 401, body: {} },
  { status: 429, body: {} },
  { status: 200, body: coded('UNAUTHENTICATED') },
  { status: 200, body: coded('FORBIDDEN') },
]

test('requests that both versions of a subgraph refuse count for neither, and the canary goes on', async () => {
  for (const refusal of refusals) {
    await using stack = new AsyncDisposableStack()
    const film = (value: number): Reply => ({ status: 200, body: { data: { film: value } } })
    const [next, old] = [await answering(refusal, stack, film(70)), await answering(refusal, stack, film(7))]
    const canary = { url: next, percent: 50, requestsMin: 5, latencyTimes: 1_000 }
    await using graph = await httpGraph(parts, { retries: 0, subgraphs: { films: { url: old, canary } } })
    const members = Array.from({ length: 40 }, (_, member) => member)
    const sides = await Promise.all(members.map((member) => ask(graph.url, member)))
    const ofCanary = members.filter((member) => sides[member] === '{"data":{"film":70}}')
    assert.ok(ofCanary.length > 5 && ofCanary.length < 35, String(sides))
    for (const member of ofCanary) assert.match(await ask(graph.url, member, '{ film(id: 13) }'), /errors/)
    assert.deepEqual(await Promise.all(members.map((member) => ask(graph.url, member))), sides, JSON.stringify(refusal))
  }
})

test('a new version that refuses what the old one answers goes back, and nobody notices', async () => {
  for (const refusal of refusals) {
    await using stack = new AsyncDisposableStack()
    const canary = { url: await answering(refusal, stack), percent: 50, requestsMin: 5, latencyTimes: 1_000 }
    await using graph = await httpGraph(parts, { retries: 0, subgraphs: { films: { canary } } })
    for (let member = 0; member < 60; member += 1)
      assert.equal(await ask(graph.url, member), '{"data":{"film":7}}', JSON.stringify(refusal))
  }
})

test('operations that nobody could answer do not send a supergraph back; one that only the old one answers does', async () => {
  await using graph = await httpGraph(parts)
  const settings = { percent: 50, requestsMin: 10, errorShareMore: 0.02, latencyTimes: 1_000 }
  await graph.serving.release(await graph.make(parts), settings)
  for (let member = 0; member < 100; member += 1) {
    await ask(graph.url, member)
    for (const query of ['{ nope }', '{', 'query($a: Int!) { film(id: $a) }']) assert.match(await ask(graph.url, member, query), /errors/)
  }
  assert.ok(graph.serving.hasCanary)
  await graph.serving.release(await graph.make({ films: { ...parts.films, sdl: sdl.replace('film(', 'movie(') } }), settings)
  for (let member = 0; member < 100; member += 1) assert.equal(await ask(graph.url, member), '{"data":{"film":7}}')
  assert.ok(!graph.serving.hasCanary)
  assert.match(graph.verdicts[0]?.why ?? '', /% of its requests fail/)
})
