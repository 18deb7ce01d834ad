import assert from 'node:assert/strict'
import { test } from 'node:test'
import { registry } from '#platform/observe/metrics.ts'
import { until } from '../member.ts'
import { type HttpGraph, httpGraph, startService } from './http-graph.ts'

const starsTimes = (times: number) => ({
  sdl: 'type Film @key(fields: "id") { id: ID! stars: Int }',
  resolvers: { Film: { __resolveReference: (film: object) => film, stars: ({ id }: { id: string }) => Number(id) * times } },
})
const parts = {
  films: {
    sdl: 'type Query { films: [Film!]! } type Film @key(fields: "id") { id: ID! } type Mutation { mark: Film }',
    resolvers: { Query: { films: () => [{ id: '1' }, { id: '2' }] }, Mutation: { mark: () => ({ id: '3' }) } },
  },
  stars: starsTimes(1),
}

type Answer = { readonly data: { readonly films: readonly { readonly stars: number }[] }; readonly errors?: readonly unknown[] }
const ask = async ({ url }: HttpGraph, member: number, query = '{ films { stars } }'): Promise<Answer> => {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${member}` },
    body: JSON.stringify({ query }),
  })
  return (await response.json()) as Answer
}

test('a new version of a subgraph gets the same callers all the time; when it fails they are answered by the old one, and it goes back', async () => {
  await using stack = new AsyncDisposableStack()
  const next = await startService(starsTimes(10), stack)
  const canary = { url: next.url, percent: 50, requestsMin: 20 }
  await using graph = await httpGraph(parts, { retries: 0, subgraphs: { stars: { canary } } })
  const stars = async (member: number): Promise<number> => (await ask(graph, member)).data.films[0]?.stars ?? 0
  const members = Array.from({ length: 20 }, (_, member) => member)
  const first = await Promise.all(members.map(stars))
  assert.deepEqual([...new Set(first)].toSorted(), [1, 10], 'some get the new one, not all')
  assert.deepEqual(await Promise.all(members.map(stars)), first)
  next.failing = true
  for (let round = 0; round < 5; round += 1)
    for (const member of members) {
      const { data, errors } = await ask(graph, member)
      assert.deepEqual([data.films[0]?.stars, errors], [1, undefined], 'nobody notices')
    }
  next.failing = false
  const before = next.seen.length
  assert.deepEqual(new Set(await Promise.all(members.map(stars))), new Set([1]))
  assert.equal(next.seen.length, before, 'the new version is asked no more')
})

test('a new version of a subgraph that is much slower than the old one is asked no more', async () => {
  await using stack = new AsyncDisposableStack()
  const next = await startService(starsTimes(10), stack)
  const canary = { url: next.url, percent: 50, requestsMin: 20, latencyTimes: 3 }
  await using graph = await httpGraph(parts, { retries: 0, subgraphs: { stars: { canary } } })
  const stars = async (member: number): Promise<number> => (await ask(graph, member)).data.films[0]?.stars ?? 0
  const members = Array.from({ length: 60 }, (_, member) => member)
  const sides: number[] = []
  for (const member of members) sides.push(await stars(member))
  assert.ok(sides.filter((side) => side === 10).length >= 20, 'it was judged, and stayed')
  assert.ok(next.seen.length >= 20)
  next.slow = 400
  for (const member of members.filter((at) => sides[at] === 10).slice(0, 20)) await stars(member)
  const before = next.seen.length
  for (const member of members) assert.equal(await stars(member), 1)
  assert.equal(next.seen.length, before)
})

test('reads are asked of another version too: what differs is counted, and clients never see it', async () => {
  await using stack = new AsyncDisposableStack()
  const next = await startService(starsTimes(10), stack)
  await using graph = await httpGraph(parts, { subgraphs: { stars: { shadow: { url: next.url, share: 1 } } } })
  const counted = async (): Promise<number> =>
    Number(/cinegraph_shadowed_total\{outcome="different"\} (\d+)/.exec(await registry.metrics())?.[1] ?? 0)
  const before = await counted()
  assert.deepEqual((await ask(graph, 1)).data.films, [{ stars: 1 }, { stars: 2 }])
  await until('the difference', 5_000, async () => (await counted()) === before + 1)
  assert.equal(next.seen.length, 1)
  await next.stop()
  assert.deepEqual((await ask(graph, 2)).data.films, [{ stars: 1 }, { stars: 2 }])
})
