import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explainText, wavesOf } from '../../supergraph/engine/plan/explain.ts'
import { startPlannerProcess } from '../../supergraph/engine/plan/planner-process.ts'
import { composeParts, smallGraph } from './small-graph.ts'

/** The fast planner (0.0.38) dies of `{ t { sum } }`: what `sum` requires stands behind a compound key of which a part is missing. */
const deadly = {
  home: {
    sdl: `type T @key(fields: "id") @key(fields: "id code") { id: ID! code: ID! size: Int @external sum: Int @requires(fields: "size") }`,
    resolvers: {
      T: {
        __resolveReference: ({ id, size }: { id: string; size?: number }) => ({ id, code: `c${id}`, size }),
        sum: ({ size = 0 }) => size + 1,
      },
    },
  },
  door: {
    sdl: 'type Query { t: T other: Int } type T @key(fields: "id") { id: ID! }',
    resolvers: { Query: { t: () => ({ id: '1' }), other: () => 7 } },
  },
  store: {
    sdl: 'type T @key(fields: "id code") { id: ID! code: ID! size: Int }',
    resolvers: { T: { __resolveReference: ({ id, code }: { id: string; code: string }) => ({ id, code, size: code === 'c1' ? 41 : 0 }) } },
  },
}

test('an operation that kills the fast planner is answered all the same', async () => {
  await using graph = await smallGraph(deadly)
  const answers = await Promise.all([
    graph.ask('{ t { sum } }', undefined),
    graph.ask('{ other }', undefined),
    graph.ask('{ t { id } other }', undefined),
  ])
  assert.deepEqual(answers, [{ data: { t: { sum: 42 } } }, { data: { other: 7 } }, { data: { t: { id: '1' }, other: 7 } }])
})

test('a planner that died is reported, and its successor knows the supergraphs that were open', async () => {
  const trouble: string[] = []
  await using planning = startPlannerProcess((_text, why) => trouble.push(why))
  const sdl = composeParts(deadly)
  using first = await planning.open(sdl)
  using second = await planning.open(sdl)
  const plan = (planner: typeof first, text: string) => planner.plan({ text, overrides: [], percentage: 0 })
  assert.match(explainText(await plan(first, '{ t { sum } }')), /Fetch store for t/)
  assert.deepEqual(trouble, ['the fast planner crashed'])
  assert.equal(wavesOf(await plan(second, '{ other }')).length, 1)
  assert.equal(trouble.length, 1)
  await assert.rejects(plan(second, '{ nothing }'), /cannot be planned/)
})

/** As above, with subgraphs that look alike: the reference planner tries what each of them could give. */
const alike = Object.fromEntries(
  Array.from({ length: 5 }, (_, index) => [
    `s${index}`,
    {
      sdl: `type Query { e: E @shareable } type E @key(fields: "id") { id: ID! e: E @shareable g: G @shareable f${index}: Int } type G @key(fields: "id") { id: ID! e: E @shareable h${index}: Int }`,
      resolvers: {},
    },
  ]),
)
const nested = (depth: number): string =>
  depth === 0 ? '{ id }' : `{ f0 f1 f2 f3 f4 e ${nested(depth - 1)} g { h0 h1 h2 h3 h4 e ${nested(depth - 1)} } }`
const slow = `{ t { sum } e ${nested(4)} }`

test('an operation whose plan takes longer than it may is refused, and again at once without another try', async () => {
  const trouble: string[] = []
  await using planning = startPlannerProcess((_text, why) => trouble.push(why), 200)
  using planner = await planning.open(composeParts({ ...deadly, ...alike }))
  const plan = (text: string) => planner.plan({ text, overrides: [], percentage: 0 })
  const refusal = { code: 'PLAN_FAILED', message: /took longer than 200 ms/ }
  await Promise.all([assert.rejects(plan(slow), refusal), assert.doesNotReject(plan('{ other }'))])
  const tried = trouble.length
  const began = performance.now()
  await assert.rejects(plan(slow), refusal)
  assert.ok(performance.now() - began < 150, 'nobody planned it again')
  assert.equal(trouble.length, tried)
})

test('operations that take long or end the planner delay no others, however many they are', async () => {
  await using planning = startPlannerProcess(undefined, 400)
  using planner = await planning.open(composeParts({ ...deadly, ...alike }))
  const plan = (text: string) => planner.plan({ text, overrides: [], percentage: 0 })
  await plan('{ other t { id } }')
  const hostile = Array.from({ length: 8 }, (_, index) => [
    plan(`{ a${index}: t { sum } }`),
    plan(slow.replace('{ t', `{ b${index}: t`)),
  ]).flat()
  const settled = Promise.allSettled(hostile)
  const times: number[] = []
  for (let index = 0; index < 60; index += 1) {
    const began = performance.now()
    await plan(`{ x${index}: other t { y${index}: id } }`)
    times.push(performance.now() - began)
  }
  const sorted = times.toSorted((a, b) => a - b)
  assert.ok((sorted[30] ?? 0) < 150, `half of the others took longer than ${sorted[30]} ms`)
  assert.ok((sorted.at(-1) ?? 0) < 6_000, `one of the others took ${sorted.at(-1)} ms`)
  await settled
})

test('many who ask for the same plan at once wait for one', async () => {
  await using graph = await smallGraph(deadly)
  const [first, ...others] = await Promise.all(Array.from({ length: 20 }, () => graph.engine.planOf('{ other t { id } }')))
  assert.ok(first && others.every((plan) => plan === first))
})

test('a supergraph that cannot be served gets a sentence', async () => {
  await using planning = startPlannerProcess()
  for (const sdl of ['not graphql at all {', 'type Query { a: Int }'])
    await assert.rejects(planning.open(sdl), { code: 'SUPERGRAPH_INVALID' })
})
