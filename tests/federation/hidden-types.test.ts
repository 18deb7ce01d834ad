import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EngineDeps } from '../../supergraph/engine/planned-request.ts'
import { smallGraph } from './small-graph.ts'

const things = [
  { __typename: 'Hidden', id: '1', size: 1 },
  { __typename: 'Shown', id: '2', size: 2 },
]
const same = (reference: object): object => reference
const partsWith = (how: string) => ({
  a: {
    sdl: `type Query { first: Thing all: [Thing] either: Either pair: [Either] both: [[Thing]] box: Box }
      union Either = Shown | Hidden
      interface Thing @key(fields: "id") { id: ID! size: Int }
      type Hidden implements Thing @key(fields: "id") ${how} { id: ID! size: Int }
      type Shown implements Thing @key(fields: "id") { id: ID! size: Int }
      type Box { inside: Thing }`,
    resolvers: {
      Query: {
        ...{ first: () => things[0], all: () => things, either: () => things[0], pair: () => things, both: () => [things] },
        box: () => ({ inside: things[0] }),
      },
      Thing: { __resolveReference: ({ id }: { id: string }) => things.find((each) => each.id === id) },
      Hidden: { __resolveReference: () => things[0] },
      Shown: { __resolveReference: () => things[1] },
    },
  },
  b: {
    sdl: 'type Thing @key(fields: "id") @interfaceObject { id: ID! stars: Int } type Query { best: Thing rest: [Thing] }',
    resolvers: {
      Query: { best: () => ({ id: '1' }), rest: () => [{ id: '1' }, { id: '2' }] },
      Thing: { __resolveReference: same, stars: () => 5 },
    },
  },
})

const ways: readonly (readonly [string, Partial<EngineDeps<undefined>>])[] = [
  ['@inaccessible', {}],
  ['@tag(name: "inner")', { contract: { exclude: ['inner'] } }],
]
for (const [how, options] of ways)
  test(`an object of a type with ${how} is null with an error wherever it comes from, whatever is asked of it`, async () => {
    await using graph = await smallGraph(partsWith(how), options)
    const asked: readonly (readonly [string, unknown, readonly string[]])[] = [
      ['{ first { id } }', { first: null }, ['first']],
      ['{ first { __typename } }', { first: null }, ['first']],
      ['{ all { size } }', { all: [null, { size: 2 }] }, ['all.0']],
      ['{ all { stars } }', { all: [null, { stars: 5 }] }, ['all.0']],
      ['{ either { ... on Shown { id } } }', { either: null }, ['either']],
      ['{ pair { ... on Thing { id } } }', { pair: [null, { id: '2' }] }, ['pair.0']],
      ['{ both { size } }', { both: [[null, { size: 2 }]] }, ['both.0.0']],
      ['{ box { inside { stars } } }', { box: { inside: null } }, ['box.inside']],
      ['{ best { id } }', { best: null }, ['best']],
      ['{ rest { stars } }', { rest: [null, { stars: 5 }] }, ['rest.0']],
      ['{ rest { ... on Thing { id } } }', { rest: [null, { id: '2' }] }, ['rest.0']],
    ]
    for (const [query, data, places] of asked) {
      const answer = await graph.ask(query, undefined)
      assert.deepEqual(answer.data, data, query)
      assert.deepEqual(
        answer.errors?.map(({ path }) => path?.join('.')),
        places,
        query,
      )
      assert.doesNotMatch(JSON.stringify(answer), /Hidden/)
    }
  })
