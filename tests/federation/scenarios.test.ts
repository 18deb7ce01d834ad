import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scenarios } from './scenarios.ts'
import { smallGraph } from './small-graph.ts'

for (const { name, parts, cases } of scenarios)
  test(name, async () => {
    await using graph = await smallGraph(parts)
    for (const { query, variables = {}, data, errors = 0 } of cases) {
      const answer = await graph.ask({ query, variables: variables as Record<string, unknown> }, undefined)
      assert.deepEqual(answer.data, data, `${query}\n${JSON.stringify(answer.errors)}`)
      assert.equal(answer.errors?.length ?? 0, errors, `${query}\n${JSON.stringify(answer.errors)}`)
    }
  })

test('subgraphs written for Federation 1 compose and answer', async () => {
  const parts = {
    films: {
      sdl: 'type Query { films: [Film] } type Film @key(fields: "id") { id: ID! title: String }',
      resolvers: {
        Query: { films: () => [{ id: '1', title: 'T' }] },
        Film: { __resolveReference: (film: object) => ({ ...film, title: 'T' }) },
      },
    },
    stars: {
      sdl: 'extend type Film @key(fields: "id") { id: ID! @external title: String @external stars: Int line: String @requires(fields: "title") }',
      resolvers: { Film: { stars: () => 4, line: ({ title }: { title: string }) => `${title}!` } },
    },
  }
  await using graph = await smallGraph(parts, { isFederation1: true })
  const { data } = await graph.ask('{ films { title stars line } }', undefined)
  assert.deepEqual(data, { films: [{ title: 'T', stars: 4, line: 'T!' }] })
})
