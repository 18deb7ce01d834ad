import assert from 'node:assert/strict'
import { test } from 'node:test'
import { httpGraph } from './http-graph.ts'

const asked: string[][] = []
const parts = {
  films: {
    sdl: 'type Query { films(ids: [ID!]!): [Film!]! } type Film @key(fields: "id") { id: ID! }',
    resolvers: { Query: { films: (_: unknown, { ids }: { ids: string[] }) => ids.map((id) => ({ id })) } },
  },
  stars: {
    sdl: 'type Film @key(fields: "id") { id: ID! stars(scale: Int = 5): Int mood: Mood } type Mood { name: String }',
    resolvers: {
      Film: {
        __resolveReference: (film: { id: string }) => {
          asked.push([film.id])
          return film.id === '9' ? null : film
        },
        stars: ({ id }: { id: string }, { scale }: { scale: number }) => Number(id) * scale,
        mood: ({ id }: { id: string }) => ({ name: `mood ${id}` }),
      },
    },
  },
}

test('an entity that is known is not asked for again: only what is new, per caller where its subgraph says so, until it is forgotten', async () => {
  await using graph = await httpGraph(parts, { cache: { key: 'a key for tests' } })
  const { stars } = graph.services
  assert.ok(stars)
  stars.headers = { 'cache-control': 'public, max-age=60', 'cache-tag': 'ratings' }
  const ask = async (ids: readonly string[], field = 'stars mood { name }', member = 'a'): Promise<unknown> => {
    asked.length = 0
    const response = await fetch(`${graph.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${member}` },
      body: JSON.stringify({ query: `query ($ids: [ID!]!) { films(ids: $ids) { id ${field} } }`, variables: { ids } }),
    })
    return ((await response.json()) as { data: { films: unknown } }).data.films
  }
  const film = (id: string) => ({ id, stars: Number(id) * 5, mood: { name: `mood ${id}` } })
  const wanted = () => asked.flat().toSorted()
  assert.deepEqual(
    [await ask(['1', '2', '2']), wanted()],
    [
      [film('1'), film('2'), film('2')],
      ['1', '2'],
    ],
  )
  assert.deepEqual([await ask(['2', '3', '1'], undefined, 'b'), wanted()], [[film('2'), film('3'), film('1')], ['3']])
  assert.deepEqual([await ask(['1', '3']), wanted()], [[film('1'), film('3')], []])
  assert.deepEqual([await ask(['1'], 'stars(scale: 10)'), wanted()], [[{ id: '1', stars: 10 }], ['1']], 'another question')
  const gone = [{ id: '9', stars: null, mood: null }]
  assert.deepEqual([await ask(['9']), wanted()], [gone, ['9']])
  assert.deepEqual([await ask(['9']), wanted()], [gone, []], 'that there is none is known too')
  stars.headers = { 'cache-control': 'private, max-age=60' }
  await ask(['4'])
  assert.deepEqual([await ask(['4']), wanted()], [[film('4')], []])
  assert.deepEqual([await ask(['4'], undefined, 'b'), wanted()], [[film('4')], ['4']], 'what is one member’s is no other’s')
  const forget = async (tag: string): Promise<unknown> => {
    const response = await fetch(`${graph.url}/cache/forget`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer a key for tests' },
      body: JSON.stringify({ tags: [tag] }),
    })
    return response.json()
  }
  assert.deepEqual(await forget('ratings'), { forgotten: 5 })
  assert.deepEqual([await ask(['1', '4']), wanted()], [[film('1'), film('4')], ['1']])
  assert.deepEqual(await forget('Film'), { forgotten: 3 })
  stars.headers = {}
  await ask(['5'])
  assert.deepEqual([await ask(['5']), wanted()], [[film('5')], ['5']], 'what says nothing is not kept')
})
