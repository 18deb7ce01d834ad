import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type DirectiveNode, type FieldNode, parse, print, visit } from 'graphql'
import { smallGraph } from './small-graph.ts'

const same = (reference: object): object => reference
const directive = 'directive @upper(to: Int) repeatable on FIELD | QUERY | MUTATION\n'
const films = {
  a: {
    sdl: `${directive} type Query { film: Film films: [Film!]! any: Any } union Any = Film | Person type Film @key(fields: "id") { id: ID! name: String } type Person { name: String }`,
    resolvers: {
      Query: {
        film: () => ({ id: '1', name: 'one' }),
        films: () => ['1', '2'].map((id) => ({ id, name: `n${id}` })),
        any: () => ({ __typename: 'Person', name: 'Ada' }),
      },
      Film: { __resolveReference: ({ id }: { id: string }) => ({ id, name: `n${id}` }) },
    },
  },
  b: {
    sdl: `${directive} type Query { home: Page } type Page { query: Query number: Int } type Film @key(fields: "id") { id: ID! stars(of: Int, a: Int): Int like: Film }`,
    resolvers: {
      Query: { home: () => ({ query: {}, number: 7 }) },
      Film: {
        __resolveReference: same,
        stars: (_: object, { of, a }: { of?: number; a?: number }) => of ?? a ?? 5,
        like: ({ id }: { id: string }) => ({ id: id === '1' ? '2' : '1' }),
      },
    },
  },
}

/** The field of each directive in what subgraphs were asked, as the subgraph knows it. */
const directed = (asked: readonly { readonly subgraph: string; readonly query: string }[]): readonly string[] =>
  asked
    .flatMap(({ subgraph, query }) => {
      const found: string[] = []
      const say = (name: string, directives: readonly DirectiveNode[]): void =>
        void found.push(...directives.map((each) => `${subgraph} ${name} ${print(each)}`))
      visit(parse(query), {
        Field: ({ name, directives = [] }: FieldNode) => say(name.value, directives),
        OperationDefinition: ({ operation, directives = [] }) => say(operation, directives),
      })
      return found
    })
    .toSorted()

test('executable directives that all subgraphs know reach the subgraph of their field, and no other field', async () => {
  await using graph = await smallGraph(films)
  const cases: readonly (readonly [string, readonly string[], unknown])[] = [
    ['{ film { name @upper } }', ['a name @upper'], { film: { name: 'one' } }],
    [
      '{ film { name @upper(to: 1) stars @upper @upper(to: 2) } }',
      ['a name @upper(to: 1)', 'b stars @upper', 'b stars @upper(to: 2)'],
      { film: { name: 'one', stars: 5 } },
    ],
    ['{ film { x: name @upper name } }', ['a name @upper'], { film: { x: 'one', name: 'one' } }],
    ['{ film { stars @upper } films { stars } }', ['b stars @upper'], { film: { stars: 5 }, films: [{ stars: 5 }, { stars: 5 }] }],
    ['{ film { id @upper like { name } } }', ['a id @upper'], { film: { id: '1', like: { name: 'n2' } } }],
    [
      '{ film { like @upper { name } like { id } } any { ... on Film { name @upper } ... on Person { name } } }',
      ['a name @upper', 'b like @upper'],
      { film: { like: { name: 'n2', id: '2' } }, any: { name: 'Ada' } },
    ],
    [
      'query @upper(to: 3) { film { name stars } }',
      ['a query @upper(to: 3)', 'b query @upper(to: 3)'],
      { film: { name: 'one', stars: 5 } },
    ],
  ]
  for (const [query, expected, data] of cases) {
    graph.asked.length = 0
    assert.deepEqual(await graph.ask(query, undefined), { data }, query)
    assert.deepEqual(directed(graph.asked), expected, query)
  }
  graph.asked.length = 0
  const answer = await graph.ask({ query: 'query ($n: Int) { film { stars @upper(to: $n) } }', variables: { n: 4 } }, undefined)
  assert.deepEqual(answer, { data: { film: { stars: 5 } } })
  assert.deepEqual(
    graph.asked.map(({ variables }) => variables.n),
    [undefined, 4],
  )
})

test('a client’s variables may have the names that planners give to theirs', async () => {
  await using graph = await smallGraph(films)
  const names = ['representations', 'representations_0', '__batch_reps_0', '__batch_reps_1', 'contextualArgument_1_0']
  const name = fc.constantFrom(...names, ...names.map((each) => `client_${each}`), '_', '__', 'n', 'client_client_representations')
  const chosen = fc.tuple(name, name).filter(([one, other]) => one !== other)
  await fc.assert(
    fc.asyncProperty(chosen, fc.integer({ min: 0, max: 9 }), fc.integer({ min: 10, max: 19 }), async ([one, other], x, y) => {
      const query = `query ($${one}: Int, $${other}: Int) { film { stars(of: $${one}) } films { stars(of: $${other}, a: $${one}) } }`
      const answer = await graph.ask({ query, variables: { [one]: x, [other]: y } }, undefined)
      assert.deepEqual(answer, { data: { film: { stars: x }, films: [{ stars: y }, { stars: y }] } })
    }),
    { numRuns: 40 },
  )
})

test('the schema is told wherever an operation leads back to the root', async () => {
  await using graph = await smallGraph(films)
  const cases: readonly (readonly [string, unknown])[] = [
    ['{ home { query { __schema { queryType { name } } } } }', { home: { query: { __schema: { queryType: { name: 'Query' } } } } }],
    [
      'query ($of: String!) { home { number query { __typename x: __type(name: $of) { name ...Kind } film { name } } } } fragment Kind on __Type { kind }',
      { home: { number: 7, query: { __typename: 'Query', x: { name: 'Page', kind: 'OBJECT' }, film: { name: 'one' } } } },
    ],
    [
      '{ home { query { ...Root home { query { ... { __type(name: "Film") { kind } } } } } } __type(name: "ID") { name } } fragment Root on Query { __type(name: "Page") { name } }',
      {
        home: { query: { __type: { name: 'Page' }, home: { query: { __type: { kind: 'OBJECT' } } } } },
        __type: { name: 'ID' },
      },
    ],
  ]
  for (const [query, data] of cases) assert.deepEqual(await graph.ask({ query, variables: { of: 'Page' } }, undefined), { data }, query)
})

test('a supergraph without object types but its roots is planned by the fast planner', async () => {
  const trouble: string[] = []
  const { startPlannerProcess } = await import('../../supergraph/engine/plan/planner-process.ts')
  await using planning = startPlannerProcess((_text, why) => trouble.push(why))
  await using graph = await smallGraph({
    a: { sdl: 'type Query { a: Int } type Mutation { set: Int }', resolvers: { Query: { a: () => 1 } } },
    b: { sdl: 'type Query { b: Int }', resolvers: { Query: { b: () => 2 } } },
  })
  using planner = await planning.open(graph.supergraphSdl)
  assert.equal((await planner.plan({ text: '{ a b }', overrides: [], percentage: 0 }))?.kind, 'Parallel')
  assert.deepEqual(trouble, [])
  assert.deepEqual(await graph.ask('{ a b }', undefined), { data: { a: 1, b: 2 } })
})

test('a field that no subgraph can be asked for where it stands is refused before anything is asked', async () => {
  await using graph = await smallGraph({
    a: { sdl: 'interface Node @key(fields: "id") { id: ID! } type Query { a: Node }', resolvers: {} },
    b: {
      sdl: 'type Node @key(fields: "id", resolvable: false) @interfaceObject { id: ID! field: String } type Query { b: Node }',
      resolvers: {},
    },
  })
  const { data, errors } = await graph.ask('{ a { field } }', undefined)
  assert.equal(data, undefined)
  assert.deepEqual(
    errors?.map(({ extensions }) => extensions?.code),
    ['PLAN_FAILED'],
  )
  assert.deepEqual(graph.asked, [])
})
