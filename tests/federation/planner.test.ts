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
