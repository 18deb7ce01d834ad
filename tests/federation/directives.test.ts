import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse, printSchema } from 'graphql'
import type { Claims } from '../../supergraph/engine/schema/access-rules.ts'
import { publicSchema } from '../../supergraph/engine/schema/public-schema.ts'
import { readSupergraph } from '../../supergraph/engine/schema/supergraph-document.ts'
import { composeParts, smallGraph } from './small-graph.ts'

const people = {
  accounts: {
    sdl: `type Query { me: User users: [User!]! }
      type User @key(fields: "id") { id: ID! name: String email: String @authenticated salary: Int @requiresScopes(scopes: [["hr:read", "pay:read"], ["root"]]) grade: String! @policy(policies: [["manager"]]) }`,
    resolvers: {
      Query: { me: () => ({ id: '1' }), users: () => [{ id: '1' }, { id: '2' }] },
      User: { __resolveReference: (user: object) => user, name: () => 'Ada', email: () => 'a@b', salary: () => 1, grade: () => 'A' },
    },
  },
  notes: {
    sdl: `type User @key(fields: "id") { id: ID! notes: [Note] } type Note @authenticated { text: String }`,
    resolvers: { User: { __resolveReference: (user: object) => user, notes: () => [{ text: 'hidden' }] } },
  },
}
const claims = (isAuthenticated: boolean, scopes: readonly string[] = [], policies: readonly string[] = []): Claims => ({
  isAuthenticated,
  scopes: new Set(scopes),
  policies: new Set(policies),
})

test('what a caller may not read is null with an error, and is not fetched', async () => {
  await using graph = await smallGraph<Claims>(people, { claimsOf: (context) => context })
  const answer = await graph.ask('{ me { name email salary notes { text } } }', claims(false))
  assert.deepEqual(answer.data, { me: { name: 'Ada', email: null, salary: null, notes: null } })
  assert.deepEqual(
    answer.errors?.map(({ path, extensions }) => [path?.join('.'), extensions?.code]),
    ['me.email', 'me.salary', 'me.notes'].map((path) => [path, 'UNAUTHORIZED_FIELD_OR_TYPE']),
  )
  assert.ok(
    graph.asked.every(({ query }) => !/email|salary|notes/.test(query)),
    JSON.stringify(graph.asked),
  )
})

test('scopes suffice when all of one list are there; the same text asked by another caller is planned anew', async () => {
  await using graph = await smallGraph<Claims>(people, { claimsOf: (context) => context })
  const salaryFor = async (given: Claims) => (await graph.ask('{ me { salary } }', given)).data
  assert.deepEqual(await salaryFor(claims(true, ['hr:read'])), { me: { salary: null } })
  assert.deepEqual(await salaryFor(claims(true, ['hr:read', 'pay:read'])), { me: { salary: 1 } })
  assert.deepEqual(await salaryFor(claims(false, ['root'])), { me: { salary: 1 } })
  assert.deepEqual(await salaryFor(claims(true)), { me: { salary: null } })
})

test('a field that may not be null and may not be read takes its object with it', async () => {
  await using graph = await smallGraph<Claims>(people, { claimsOf: (context) => context })
  assert.deepEqual((await graph.ask('{ me { name grade } }', claims(true))).data, { me: null })
  assert.deepEqual((await graph.ask('{ me { name grade } }', claims(true, [], ['manager']))).data, { me: { name: 'Ada', grade: 'A' } })
})

test('by setting, a request that asks too much is refused as a whole', async () => {
  await using graph = await smallGraph<Claims>(people, { claimsOf: (context) => context, onDenied: 'refuse' })
  const answer = await graph.ask('{ me { name email } }', claims(false))
  assert.equal(answer.data, undefined)
  assert.deepEqual(
    answer.errors?.map(({ message }) => message),
    ['You may not read User.email.'],
  )
  assert.equal(graph.asked.length, 0)
})

const shop = {
  shop: {
    sdl: `type Query { product: Product products(first: Int = 20): [Product!]! @listSize(slicingArguments: ["first"], requireOneSlicingArgument: false) dear: Int @cost(weight: 50) all: [Product!]! page(first: Int): Page @listSize(slicingArguments: ["first"], sizedFields: ["items"]) }
      type Product @key(fields: "id") { id: ID! name: String }
      type Page { items: [Product!]! }`,
    resolvers: { Query: { products: () => [], all: () => [], dear: () => 1 } },
  },
}

test('cost follows @cost and @listSize, is measured, and refused when it is too high', async () => {
  const costs: number[] = []
  await using graph = await smallGraph(shop, { demand: { mode: 'enforce', costMax: 60, listSize: 10 }, onCost: (cost) => costs.push(cost) })
  const queries = [
    '{ products(first: 5) { name } }',
    '{ products { name } }',
    '{ all { name } }',
    '{ dear }',
    '{ page(first: 7) { items { id } } }',
  ]
  for (const query of queries) assert.equal((await graph.ask(query, undefined)).errors, undefined, query)
  assert.deepEqual(costs, [5, 20, 10, 50, 8])
  const refused = await graph.ask({ query: 'query($n: Int) { products(first: $n) { name } dear }', variables: { n: 11 } }, undefined)
  assert.deepEqual(
    [refused.data, refused.errors?.[0]?.extensions],
    [undefined, { code: 'COST_ESTIMATED_TOO_EXPENSIVE', cost: 61, max: 60 }],
  )
})

test('a contract serves fields with its tags and nothing with an excluded one; types that lose their last field go', () => {
  const sdl = composeParts({
    a: {
      sdl: `type Query { open: Open @tag(name: "public") secret: Secret }
        type Open @tag(name: "public") { name: String internal: String @tag(name: "internal") }
        type Secret { key: String @tag(name: "internal") }
        type Hidden @inaccessible { x: Int }
        enum Level { LOW HIGH @inaccessible }
        extend type Query { level: Level @tag(name: "public") hidden: Hidden @inaccessible }`,
      resolvers: {},
    },
  })
  const shown = (contract: Parameters<typeof publicSchema>[1]): string =>
    printSchema(publicSchema(readSupergraph(sdl), contract)).replace(/\s+/g, ' ')
  assert.doesNotMatch(shown({}), /Hidden|hidden|HIGH|@tag|join__/)
  assert.match(
    shown({ include: ['public'], exclude: ['internal'] }),
    /^directive @defer\(if: Boolean! = true, label: String\) on FRAGMENT_SPREAD \| INLINE_FRAGMENT enum Level { LOW } type Open { name: String } type Query { open: Open level: Level }$/,
  )
  assert.doesNotMatch(shown({ exclude: ['internal'] }), /Secret|internal/)
})

test('an inaccessible enum value is null with an error, not a leak', async () => {
  await using graph = await smallGraph({
    a: { sdl: 'type Query { level: Level } enum Level { LOW HIGH @inaccessible }', resolvers: { Query: { level: () => 'HIGH' } } },
  })
  const { data, errors } = await graph.ask('{ level }', undefined)
  assert.deepEqual([data, errors?.[0]?.path], [{ level: null }, ['level']])
})

test('a progressive override sends the share of requests that its percentage says to the new subgraph', async () => {
  const parts = {
    old: {
      sdl: 'type Query { t: T } type T @key(fields: "id") { id: ID! f: String }',
      resolvers: { Query: { t: () => ({ id: '1', f: 'old' }) } },
    },
    next: {
      sdl: 'type T @key(fields: "id") { id: ID! f: String @override(from: "old", label: "percent(30)") }',
      resolvers: { T: { __resolveReference: () => ({ id: '1', f: 'next' }) } },
    },
  }
  await using graph = await smallGraph<number>(parts, { overridesOf: (percentage) => ({ labels: [], percentage }) })
  const from = async (percentage: number) => (await graph.ask('{ t { f } }', percentage)).data
  assert.deepEqual(await from(10), { t: { f: 'next' } })
  assert.deepEqual(await from(80), { t: { f: 'old' } })
  assert.deepEqual(await from(29), { t: { f: 'next' } })
})

test('the public schema is one that graphql-js can print and parse again', () => {
  assert.ok(parse(printSchema(publicSchema(readSupergraph(composeParts(people))))))
})
