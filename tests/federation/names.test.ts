import assert from 'node:assert/strict'
import { test } from 'node:test'
import { smallGraph } from './small-graph.ts'

const fields = ['constructor', 'toString', 'valueOf', 'hasOwnProperty']
const parts = {
  races: {
    sdl: 'type Query { race: Race lost: Race } type Race @key(fields: "id") { id: ID! }',
    resolvers: { Query: { race: () => ({ id: '1' }), lost: () => ({ id: '2' }) } },
  },
  teams: {
    sdl: `type Race @key(fields: "id") { id: ID! constructor: Team ${fields
      .slice(1)
      .map((name) => `${name}: String`)
      .join(' ')} } type Team { name: String valueOf: Int }`,
    resolvers: {
      Race: {
        __resolveReference: ({ id }: { id: string }) => {
          if (id === '2') throw new Error('gone')
          return { id }
        },
        ...Object.fromEntries(fields.map((name) => [name, () => (name === 'constructor' ? { name: 'A team' } : null)])),
      },
      Team: { valueOf: () => null },
    },
  },
}

test('fields may have the names of what every JavaScript object has', async () => {
  await using graph = await smallGraph(parts)
  const all = '{ constructor { name valueOf } toString valueOf hasOwnProperty }'
  const nothing = { toString: null, valueOf: null, hasOwnProperty: null }
  const found = await graph.ask(`{ race ${all} }`, undefined)
  assert.deepEqual(JSON.parse(JSON.stringify(found)), { data: { race: { constructor: { name: 'A team', valueOf: null }, ...nothing } } })
  const { data, errors } = await graph.ask(`{ lost ${all} }`, undefined)
  assert.equal(JSON.stringify(data), JSON.stringify({ lost: { constructor: null, ...nothing } }))
  assert.equal(errors?.length, 1)
})
