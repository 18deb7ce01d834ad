import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type PlannerProcess, startPlannerProcess } from '../../supergraph/engine/plan/planner-process.ts'
import { compareSupergraph } from './invented/compare-supergraph.ts'
import { scenarios } from './scenarios.ts'
import { composeParts } from './small-graph.ts'

// NOTE: the same cases each time. CINEGRAPH_SEED=$RANDOM looks for new ones.
const seed = Number(process.env.CINEGRAPH_SEED ?? 20_261_121)

let planning: PlannerProcess
before(() => {
  // NOTE: what is asked here is whether plans are right; how long one may take is another test's.
  planning = startPlannerProcess(undefined, 30_000)
})
after(() => planning[Symbol.asyncDispose]())

const isRight = async (supergraphSdl: string, operations = 60, texts: readonly string[] = []): Promise<void> => {
  const { fault, operations: count } = await compareSupergraph(supergraphSdl, { planning, operations, seed, texts })
  assert.equal(fault, null, `seed ${seed}: ${JSON.stringify(fault?.operation)}\n${fault?.why}\n${supergraphSdl}`)
  assert.ok(count > operations / 4, `${count} operations were valid`)
}

test('Cinegraph’s own graph answers as one graph does', async () => {
  const supergraphSdl = await readFile(join(import.meta.dirname, '../../supergraph/supergraph.graphql'), 'utf8')
  // NOTE: nobody asks here; who may read what is tried by tests/access.
  await isRight(supergraphSdl.replaceAll(/ @(?:authenticated(?![\w])|requiresScopes\(scopes: [^)]*\))(?= *[\n{])/g, ''))
})

for (const { name, parts } of scenarios) test(`whatever is asked of ${name}`, () => isRight(composeParts(parts)))

const things = `interface M @key(fields: "id") { id: ID! t: String } type F implements M @key(fields: "id") { id: ID! t: String own: M }
  type S implements M @key(fields: "id") { id: ID! t: String size: Int }`

/** Subgraphs by name, and what showed the fault that each situation stands for. */
type Situation = { readonly parts: Readonly<Record<string, string>>; readonly texts: readonly string[] }
const situations: Readonly<Record<string, Situation>> = {
  'a field that may be null in one subgraph and not in the other, below types of a union': {
    parts: {
      a: 'type Query { users: [User] } type User { id: ID @shareable }',
      b: `type Query { accounts: [Account!]! } union Account = User | Admin type Admin { id: ID name: String peers: [Account!]! }
        type User @key(fields: "id") { id: ID! name: String peers: [Account!]! }`,
    },
    texts: [
      '{ users { peers { ... on User { peers { ... on User { id } } id } ... on Admin { id peers { ... on Admin { id } } } } } }',
      '{ accounts { ... on Admin { peers { ... on Admin { id } } } ... on User { peers { ... on User { id } } } } }',
    ],
  },
  'an object that leads back to the root, whose fields other subgraphs have': {
    parts: {
      a: 'type Query { one: Int page: Page } type Page { number: Int query: Query }',
      b: 'type Query { two: Int film: Film } type Film @key(fields: "id") { id: ID! }',
      c: 'type Query { three: Int } type Film @key(fields: "id") { id: ID! name: String query: Query }',
    },
    texts: ['{ page { query { three film { query { one two } } } } three }'],
  },
  'fields that require others, whose names are also good aliases': {
    parts: {
      a: 'type Query { t: T } type T @key(fields: "id") { id: ID! x: Part other: Int } type Part { is: Boolean! @shareable }',
      b: `type T @key(fields: "id") { id: ID! x: Part @external y: Part @external other: Int @external
        links: [T!]! @requires(fields: "x { is } y { is }") sum: Int @requires(fields: "other") } type Part { is: Boolean! @external }`,
      c: 'type T @key(fields: "id") { id: ID! y: Part } type Part { is: Boolean! @shareable }',
    },
    texts: ['{ t { x: links { x: id y: sum } other: sum } }'],
  },
  'fields that require one field with different arguments, asked twice': {
    parts: {
      a: `type Query { t: T } type T @key(fields: "id") { id: ID! name: String! of(n: Int!): String! @external
        twoOfThem: String! @requires(fields: "of(n: 2)") again: String! @requires(fields: "of(n: 2)") threeOfThem: String! @requires(fields: "of(n: 3)") }`,
      b: 'type T @key(fields: "id") { id: ID! of(n: Int!): String! }',
    },
    texts: ['{ t { name twoOfThem threeOfThem } y: t { name threeOfThem twoOfThem } }'],
  },
  'fields that take a value from the objects above them': {
    parts: {
      shop: `type Query { shop: Shop! shops: [Shop!]! } type Shop @key(fields: "id") @context(name: "shop") { id: ID! currency: String! floor: Floor! }
        type Floor @key(fields: "id") { id: ID! film: Film! }
        type Film @key(fields: "id") { id: ID! price(currency: String @fromContext(field: "$shop { currency }")): Int! }`,
      more: 'type Film @key(fields: "id") { id: ID! name: String like: Film! }',
    },
    texts: ['{ shop { floor { film { name price like { cost: price } } } } shops { floor { film { price } } } }'],
  },
  'an interface object that requires a field of the types behind it': {
    parts: {
      a: `type Query { all: [M!]! one: F } ${things}`,
      b: 'type M @key(fields: "id") @interfaceObject { id: ID! rel: M t: String @external label: String @requires(fields: "t") }',
    },
    texts: [
      '{ all { rel { label } ... on S { label } } }',
      '{ all { rel { ... on S { label } } ... on F { own { rel { label } } } } }',
      '{ one { own { ... on S { rel { label } } ... on F { label } } } }',
    ],
  },
  'an interface object that is where the operation begins': {
    parts: {
      a: `type Query { all: [M!]! } ${things}`,
      b: 'type Query { bm: M bms: [M] } type M @key(fields: "id") @interfaceObject { id: ID! rel: M likes: Int }',
    },
    texts: [
      '{ bm { ... on F { rel { likes } } ... on S { rel { id } } } }',
      '{ bms { ... on S { rel { ... on F { likes own { likes } } } } ... on F { x: rel { t } } } }',
    ],
  },
  'an interface object that has one of two keys': {
    parts: {
      a: `type Query { x: Int } interface M @key(fields: "id") @key(fields: "code") { id: ID! code: ID! }
        type F implements M @key(fields: "id") @key(fields: "code") { id: ID! code: ID! own: String }
        type S implements M @key(fields: "id") @key(fields: "code") { id: ID! code: ID! }`,
      b: 'type Query { m: M ms: [M!] } type M @key(fields: "code") @interfaceObject { code: ID! likes: Int }',
    },
    texts: [
      '{ m { ... on S { y: code id } } }',
      '{ ms { ... on S { code id } ... on F { likes own } } }',
      '{ m { ... on F { y: code id x: likes } } }',
    ],
  },
  'two interface objects of which one requires what the other has': {
    parts: {
      a: `type Query { all: [M!]! } ${things}`,
      b: 'type M @key(fields: "id") @interfaceObject { id: ID! rel: M likes: Int }',
      c: `type M @key(fields: "id") @interfaceObject { id: ID! t: String @external likes: Int @external label: String @requires(fields: "t")
        both: String @requires(fields: "t likes") }`,
    },
    texts: [
      '{ all { rel { ... on S { label } } } }',
      '{ all { rel { ... on S { both } } ... on F { both own { label } } } }',
      '{ all { both rel { rel { ... on F { both label } } } } }',
    ],
  },
  'an interface object that leads to the interface again': {
    parts: {
      a: 'type I @interfaceObject @key(fields: "id") { id: ID! t: T! } type T { related: [I!]! }',
      b: `type Query { i: I! } interface I @key(fields: "id") { id: ID! a: Int }
        type A implements I @key(fields: "id") { id: ID! a: Int } type B implements I @key(fields: "id") { id: ID! a: Int own: String }`,
    },
    texts: [
      '{ i { t { x: related { ... on A { a } } related { t { __typename } id a ... on A { __typename } } } } }',
      '{ i { t { related { ... on A { a } } } ... on B { t { related { id a } } id } } }',
    ],
  },
}

for (const [name, { parts, texts }] of Object.entries(situations))
  test(`whatever is asked of ${name}`, () =>
    isRight(composeParts(Object.fromEntries(Object.entries(parts).map(([part, sdl]) => [part, { sdl, resolvers: {} }]))), 60, texts))
