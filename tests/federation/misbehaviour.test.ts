import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import fc from 'fast-check'
import type { GraphqlAnswer, GraphqlError } from '#platform/graphql/execute.ts'
import { rawGraph } from './raw-graph.ts'
import { type Part, serviceOf } from './small-graph.ts'

const same = (reference: object): object => reference
const thing = (id: string) => ({ __typename: Number(id) % 2 === 0 ? 'Even' : 'Odd', id, name: `n${id}`, size: Number(id) })
const parts: Readonly<Record<string, Part>> = {
  a: {
    sdl: `type Query { all: [Thing] one: Odd sure: [Odd!]! } interface Thing { id: ID! name: String }
      type Odd implements Thing @key(fields: "id") { id: ID! name: String size: Int tags: [String] }
      type Even implements Thing @key(fields: "id") { id: ID! name: String size: Int! }`,
    resolvers: {
      Query: { all: () => ['1', '2', '3'].map(thing), one: () => thing('1'), sure: () => ['1', '3'].map(thing) },
      Odd: { __resolveReference: ({ id }: { id: string }) => thing(id), tags: () => ['x', 'y'] },
      Even: { __resolveReference: ({ id }: { id: string }) => thing(id) },
    },
  },
  b: {
    sdl: `type Odd @key(fields: "id") { id: ID! size: Int @external stars: Int double: Int @requires(fields: "size") like: Odd inner: Inner lists: [[Int!]] }
      type Even @key(fields: "id") { id: ID! stars: Int! } type Inner { deep: String sure: Int! }`,
    resolvers: {
      Odd: {
        ...{ __resolveReference: same, stars: () => 5, inner: () => ({ deep: 'd', sure: 1 }), lists: () => [[1, 2], [3]] },
        double: ({ size }: { size: number }) => size * 2,
        like: ({ id }: { id: string }) => ({ id: id === '1' ? '3' : '1' }),
      },
      Even: { __resolveReference: same, stars: () => 4 },
    },
  },
}
const queries = [
  '{ all { id ... on Odd { stars double } ... on Even { rank: stars } } }',
  '{ one { name tags stars like { name stars inner { deep sure } } } }',
  '{ sure { size lists inner { sure } like { double } } one { x: stars } }',
  '{ all { name ...More } sure { tags } } fragment More on Odd { inner { d: deep } l: lists }',
]

const misdeeds = ['none', 'leave out', 'shorten', 'lengthen', 'another type', 'an object', 'nothing inside'] as const
/** Changes values of an answer where the numbers say so. A null that a service says is its answer; so none is put in here. */
const bend = (value: unknown, picks: readonly number[]): unknown => {
  let at = 0
  const walk = (each: unknown): unknown => {
    at += 1
    const misdeed = misdeeds[picks[at % picks.length] ?? 0] ?? 'none'
    if (misdeed === 'leave out') return undefined
    if (misdeed === 'another type') return typeof each === 'number' ? { odd: 1 } : 7.5
    if (misdeed === 'an object') return { odd: true }
    if (Array.isArray(each)) {
      const items = each.map((item) => walk(item) ?? {})
      return misdeed === 'shorten' ? items.slice(1) : misdeed === 'lengthen' ? [...items, 9] : items
    }
    if (typeof each !== 'object' || each === null) return each
    if (misdeed === 'nothing inside') return {}
    return Object.fromEntries(Object.entries(each).map(([key, inner]) => [key, key === '__typename' ? inner : walk(inner)]))
  }
  return walk(value)
}

type Fault = { readonly how: string; readonly picks: readonly number[]; readonly errors: readonly GraphqlError[] | undefined }
const transport: Readonly<Record<string, (response: ServerResponse) => void>> = {
  'status 500': (response) => void response.writeHead(500).end('{"data":null}'),
  'no JSON': (response) => void response.end('<html>'),
  'nothing at all': (response) => void response.end(),
  'an answer of another form': (response) => void response.end('[1]'),
  'a broken connection': (response) => void response.destroy(),
  'an answer cut off': (response) => void response.writeHead(200, { 'content-length': '50' }).write('{"data":', () => response.destroy()),
  'no answer in time': () => undefined,
}

const step = fc.oneof(fc.constantFrom('_entities', 'all', 'one', 'stars', 'inner', 'name'), fc.integer({ min: -1, max: 5 }))
const errors = fc.option(
  fc.array(fc.record({ path: fc.option(fc.array(step, { maxLength: 4 }), { nil: undefined }) }), { minLength: 1, maxLength: 3 }),
  { nil: undefined },
)
const fault: fc.Arbitrary<Fault> = fc.record({
  how: fc.oneof({ weight: 5, arbitrary: fc.constant('bend') }, fc.constantFrom(...Object.keys(transport))),
  picks: fc.array(fc.nat(misdeeds.length - 1), { minLength: 3, maxLength: 9 }),
  errors: errors.map((list) => list?.map(({ path }, index) => ({ message: `broken ${index}`, ...(path === undefined ? {} : { path }) }))),
})

let told = 0
/** Each error is another one. */
const numbered = (error: GraphqlError): GraphqlError => {
  told += 1
  return { ...error, message: `${error.message} (${told})` }
}

const misbehave = (response: ServerResponse, answer: GraphqlAnswer, { how, picks, errors: added }: Fault): void => {
  response.setHeader('content-type', 'application/json')
  const refuse = transport[how]
  if (refuse !== undefined) refuse(response)
  else
    response.end(
      JSON.stringify({ data: bend(answer.data, picks) ?? null, ...(added === undefined ? {} : { errors: added.map(numbered) }) }),
    )
}

const nullsOf = (value: unknown, path: readonly (string | number)[] = []): readonly string[] => {
  if (value === null) return [path.join('.')]
  if (typeof value !== 'object') return []
  return Object.entries(value as object).flatMap(([key, inner]) => nullsOf(inner, [...path, key]))
}
const faultsOf = ({ data, errors: list = [] }: GraphqlAnswer): readonly string[] => {
  const places = list.map(({ path }) => (path ?? []).join('.'))
  const silent = nullsOf(data ?? null).filter(
    (at) => !places.some((place) => place === '' || at === '' || at === place || at.startsWith(`${place}.`) || place.startsWith(`${at}.`)),
  )
  const said = list.map(({ path, message }) => `${(path ?? []).join('.')}: ${message}`)
  return [...silent.map((at) => `silent at ${at}`), ...said.filter((each, at) => said.indexOf(each) !== at).map((each) => `twice ${each}`)]
}

test('however services misbehave over HTTP, nothing is null without an error, and no error is told twice', async () => {
  const faults: Record<string, Fault | undefined> = {}
  const raw = Object.entries(parts).map(([name, part]) => {
    const { execute } = serviceOf(part)
    const answer = async (body: string, response: ServerResponse): Promise<void> => {
      const bent = faults[name]
      const answered = await execute(JSON.parse(body), undefined as never)
      if (bent === undefined) response.setHeader('content-type', 'application/json').end(JSON.stringify(answered))
      else misbehave(response, JSON.parse(JSON.stringify(answered)), bent)
    }
    return [name, { sdl: part.sdl, answer }] as const
  })
  const breaker = { errorShare: 1.01 }
  await using graph = await rawGraph(Object.fromEntries(raw), {
    timeoutMs: 150,
    retries: 0,
    breaker,
    dedupe: false,
    limits: { costMax: 1e9 },
  })
  const ask = async (query: string): Promise<GraphqlAnswer> => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query }) }
    const response = await fetch(`${graph.url}/graphql`, init)
    assert.equal(response.status, 200)
    return (await response.json()) as GraphqlAnswer
  }
  for (const query of queries) assert.equal((await ask(query)).errors, undefined, query)
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...queries),
      fc.option(fault, { nil: undefined }),
      fc.option(fault, { nil: undefined }),
      async (query, a, b) => {
        Object.assign(faults, { a, b })
        const answer = await ask(query)
        assert.deepEqual(faultsOf(answer), [], JSON.stringify(answer))
      },
    ),
    { numRuns: 400, ...(process.env.CINEGRAPH_SEED === undefined ? { seed: 20_261_125 } : { seed: Number(process.env.CINEGRAPH_SEED) }) },
  )
})
