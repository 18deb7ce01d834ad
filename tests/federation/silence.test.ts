import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { GraphqlAnswer } from '#platform/graphql/execute.ts'
import { createEngine } from '../../supergraph/engine/engine.ts'
import { startPlannerProcess } from '../../supergraph/engine/plan/planner-process.ts'
import { composeParts, type Part, roomyLimits, serviceOf } from './small-graph.ts'

const parts: Readonly<Record<string, Part>> = {
  a: {
    sdl: 'type Query { all: [T!] one: T } type T @key(fields: "id") { id: ID! name: String }',
    resolvers: {
      Query: {
        all: () => [
          { id: '1', name: 'x' },
          { id: '2', name: 'y' },
          { id: '3', name: 'z' },
        ],
        one: () => ({ id: '1', name: 'x' }),
      },
    },
  },
  b: {
    sdl: 'type T @key(fields: "id") { id: ID! stars: Int needs: String @requires(fields: "name") name: String @external inner: Inner } type Inner { deep: String }',
    resolvers: { T: { __resolveReference: (t: object) => t, stars: () => 5, needs: () => 'n', inner: () => ({ deep: 'd' }) } },
  },
}
type Bend = (answer: GraphqlAnswer) => unknown
type Entities = { _entities: unknown[] }
const entities = (answer: GraphqlAnswer): unknown[] => (answer.data as Entities)._entities
const bends: Readonly<Record<string, Bend>> = {
  'data: null': () => ({ data: null }),
  'no _entities': () => ({ data: {} }),
  '_entities: null': () => ({ data: { _entities: null } }),
  'no list': () => ({ data: { _entities: { a: 1 } } }),
  'too short': (answer) => ({ data: { _entities: entities(answer).slice(1) } }),
  'too long': (answer) => ({ data: { _entities: [...entities(answer), {}] } }),
  'scalars inside': (answer) => ({ data: { _entities: entities(answer).map(() => 7) } }),
  'objects without what was asked': (answer) => ({ data: { _entities: entities(answer).map(() => ({ __typename: 'T' })) } }),
  'an inner object without what was asked': (answer) => ({
    data: { _entities: entities(answer).map((each) => ({ ...(each as object), inner: {} })) },
  }),
}

/** Asks the two services as they are, and with one of them misbehaving. */
const bentGraph = async (bent: string) => {
  const stack = new AsyncDisposableStack()
  const supergraphSdl = composeParts(parts)
  const planner = stack.use(await stack.use(startPlannerProcess()).open(supergraphSdl))
  let bend: Bend = (answer) => answer
  const engine = createEngine<undefined>({
    supergraphSdl,
    planner,
    limits: roomyLimits,
    ask: (name) => {
      const { execute } = serviceOf(parts[name] as Part)
      return async ({ query, variables }) => {
        const answer = JSON.parse(JSON.stringify(await execute({ query, variables: JSON.parse(variables) }, undefined as never)))
        return (name === bent ? bend(answer) : answer) as never
      }
    },
  })
  const ask = async (query: string, how: Bend) => {
    bend = how
    const answered = await engine.execute({ query }, undefined)
    const text = JSON.parse(String(answered.json())) as GraphqlAnswer
    const other = await engine.execute({ query }, undefined)
    assert.deepEqual(JSON.parse(JSON.stringify(other.value())), text, 'as bytes and as a value the same')
    return text
  }
  return { ask, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

/** Paths of the leaves and objects that are null. */
const nullsOf = (value: unknown, path: readonly (string | number)[] = []): readonly string[] => {
  if (value === null) return [path.join('.')]
  if (typeof value !== 'object') return []
  return Object.entries(value as object).flatMap(([key, inner]) => nullsOf(inner, [...path, key]))
}
/** Nulls that no error is about, and errors that say the same twice. */
const faultsOf = ({ data, errors = [] }: GraphqlAnswer): readonly string[] => {
  const places = errors.map(({ path }) => (path ?? []).join('.'))
  const silent = nullsOf(data).filter(
    (at) => !places.some((place) => place === '' || at === place || at.startsWith(`${place}.`) || place.startsWith(`${at}.`)),
  )
  const twice = places.filter((place, at) => places.indexOf(place) !== at)
  return [...silent.map((at) => `silent at ${at}`), ...twice.map((at) => `twice at ${at}`)]
}

for (const [name, bend] of Object.entries(bends))
  test(`a service that answers with ${name}: what is missing is an error with its path, once`, async () => {
    await using graph = await bentGraph('b')
    for (const query of [
      '{ all { id stars } }',
      '{ all { name needs inner { deep } } one { stars } }',
      '{ x: all { s: stars i: inner { d: deep } } }',
    ]) {
      const answer = await graph.ask(query, bend)
      const isTouched = !name.startsWith('an inner') || query.includes('needs inner')
      assert.equal((answer.errors?.length ?? 0) > 0, isTouched, JSON.stringify(answer))
      assert.deepEqual(faultsOf(answer), [], JSON.stringify(answer))
      assert.deepEqual(answer.errors?.filter(({ path }) => path === undefined) ?? [], [])
    }
  })

test('a root field that a service leaves out is an error with its path', async () => {
  await using graph = await bentGraph('a')
  for (const how of [() => ({ data: {} }), () => ({ data: null }), () => ({ data: { one: null } })]) {
    const answer = await graph.ask('{ all { id } one { name stars } }', how)
    assert.ok(
      answer.errors?.some(({ path }) => path?.[0] === 'all'),
      JSON.stringify(answer),
    )
  }
})

test('an entity that a service says there is none of is null without an error', async () => {
  await using graph = await bentGraph('b')
  const none = (answer: GraphqlAnswer) => ({ data: { _entities: entities(answer).map(() => null) } })
  assert.deepEqual(await graph.ask('{ one { name stars inner { deep } } }', none), {
    data: { one: { name: 'x', stars: null, inner: null } },
  })
})

test('an entity whose required value nobody has is an error, not a null', async () => {
  await using graph = await bentGraph('a')
  const answer = await graph.ask('{ all { needs } }', () => ({ data: { all: [{ __typename: 'T', id: '1' }] } }))
  assert.deepEqual(
    answer.errors?.map(({ path }) => path),
    [['all', 0, 'needs']],
  )
})

const misbehave = (value: unknown, picks: readonly number[]): unknown => {
  let at = 0
  const walk = (each: unknown): unknown => {
    at += 1
    const pick = picks[at % picks.length] ?? 9
    if (pick === 0) return undefined
    if (pick === 1) return null
    if (Array.isArray(each)) return (pick === 2 ? each.slice(1) : each).map((item) => walk(item) ?? {})
    if (typeof each !== 'object' || each === null) return each
    return Object.fromEntries(
      Object.entries(each).flatMap(([key, inner]) => (key === '__typename' ? [[key, inner]] : [[key, walk(inner)]])),
    )
  }
  return walk(value)
}

test('however a service misbehaves, nothing that was left out is null without an error', async () => {
  await using graph = await bentGraph('b')
  const picks = fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 3, maxLength: 11 })
  await fc.assert(
    fc.asyncProperty(picks, fc.boolean(), async (chosen, hasErrors) => {
      // NOTE: a null that the service says is its answer; only what it leaves out has to be told.
      const withoutNulls = chosen.map((pick) => (pick === 1 ? 0 : pick))
      const bend = (answer: GraphqlAnswer) => ({
        data: misbehave(answer.data, withoutNulls) ?? null,
        ...(hasErrors ? { errors: [{ message: 'x', path: ['_entities', 99, 'stars'] }] } : {}),
      })
      const answer = await graph.ask('{ all { id stars needs inner { deep } } }', bend)
      assert.deepEqual(
        faultsOf(answer).filter((each) => each.startsWith('silent') || hasErrors === false),
        [],
        JSON.stringify(answer),
      )
    }),
    { numRuns: 150 },
  )
})
