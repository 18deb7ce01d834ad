import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import type { GraphqlAnswer } from '#platform/graphql/execute.ts'
import { parseExact, stringifyExact } from '#platform/text/exact-json.ts'
import type { Answered } from '../../supergraph/engine/answered.ts'
import { createEngine } from '../../supergraph/engine/engine.ts'
import { startPlannerProcess } from '../../supergraph/engine/plan/planner-process.ts'
import { composeParts, type Part, roomyLimits } from './small-graph.ts'

const parts: Readonly<Record<string, Part>> = {
  a: {
    sdl: 'scalar Key type Query { one: T all: [T!] leaf: Leaf } type T @key(fields: "id") { id: Key! } type Leaf { int: Int float: Float text: String flag: Boolean id: ID any: Key }',
    resolvers: {},
  },
  b: { sdl: 'scalar Key type T @key(fields: "id") { id: Key! stars: Int! }', resolvers: {} },
}
type Answers = Readonly<Record<string, string | ((variables: string) => string)>>

/** What the services answer. */
let answers: Answers = {}
const stack = new AsyncDisposableStack()
after(() => stack.disposeAsync())
const supergraphSdl = composeParts(parts)
const engine = createEngine<undefined>({
  supergraphSdl,
  planner: stack.use(await stack.use(startPlannerProcess()).open(supergraphSdl)),
  limits: roomyLimits,
  ask:
    (name) =>
    async ({ variables }) => {
      const answer = answers[name] ?? '{}'
      return parseExact(typeof answer === 'string' ? answer : answer(variables)) as object
    },
})
const answeredTo = (query: string, given: Answers): Promise<Answered> => {
  answers = given
  return engine.execute({ query }, undefined)
}
const answerTo = async (query: string, given: Answers): Promise<GraphqlAnswer> =>
  JSON.parse(String((await answeredTo(query, given)).json()))

const one = '{"data":{"one":{"__typename":"T","id":"1"}}}'
const stars = '"data":{"_entities":[{"__typename":"T","stars":5}]}'

test('errors that are null beside good data take nothing away', async () => {
  for (const errors of ['null', '[]'])
    assert.deepEqual(
      await answerTo('{ one { stars } }', { a: `${one.slice(0, -1)},"errors":${errors}}`, b: `{${stars},"errors":${errors}}` }),
      {
        data: { one: { stars: 5 } },
      },
    )
})

test('an error of a form that the specification does not have still is one, with a sentence, and the data stays', async () => {
  for (const errors of [
    '[{}]',
    '[null]',
    '["broken"]',
    '{"message":7}',
    '[{"message":"","path":{"a":1}}]',
    '[{"message":null,"extensions":3}]',
  ]) {
    const { data, errors: told } = await answerTo('{ one { stars } }', { a: one, b: `{${stars},"errors":${errors}}` })
    assert.deepEqual(data, { one: { stars: 5 } }, errors)
    assert.equal(told?.length, 1, errors)
    assert.match(told?.[0]?.message ?? '', /^The b service reported an error without a message/)
    assert.deepEqual(told?.[0]?.path, ['one'])
  }
})

test('an error reaches the client wherever its path points', async () => {
  const step = fc.oneof(fc.constantFrom('_entities', 'stars', 'one'), fc.integer({ min: -2, max: 99 }))
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 4 }), async (path) => {
      const b = `{${stars},"errors":[{"message":"broken","path":${JSON.stringify(path)}}]}`
      const answer = await answerTo('{ one { stars } }', { a: one, b })
      assert.deepEqual(
        answer.errors?.map(({ message }) => message),
        ['broken'],
        JSON.stringify(answer),
      )
      assert.equal(answer.errors?.[0]?.path?.[0], 'one')
    }),
    { numRuns: 100 },
  )
})

type Told = { readonly data: { readonly leaf: Readonly<Record<string, unknown>> }; readonly errors?: GraphqlAnswer['errors'] }
const fits: Readonly<Record<string, (value: unknown) => boolean>> = {
  int: (value) => typeof value === 'number' && Number.isInteger(value) && Math.abs(value + 0.5) < 2 ** 31,
  float: (value) => typeof value === 'number',
  text: (value) => typeof value === 'string' || typeof value === 'number',
  flag: (value) => typeof value === 'boolean',
  id: (value) => typeof value === 'string' || Number.isInteger(value),
  any: () => true,
}

test('a leaf is a value of its type, or null with an error at its path', async () => {
  const odd = fc.constantFrom('abc', '5', 1.5, -0, true, 2 ** 31, -(2 ** 31), 2 ** 31 - 1, 2 ** 40, {}, [], [1], { a: 1 })
  const value = fc.oneof(odd, fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.string(), fc.boolean())
  await fc.assert(
    fc.asyncProperty(value, fc.constantFrom(...Object.entries(fits)), async (sent, [name, isFitting]) => {
      const answered = await answeredTo(`{ leaf { ${name} } }`, { a: JSON.stringify({ data: { leaf: { [name]: sent } } }) })
      const { data, errors } = JSON.parse(String(answered.json())) as Told
      const read: unknown = JSON.parse(JSON.stringify(sent))
      const isFine = isFitting(read)
      assert.deepEqual(data.leaf[name], isFine ? (['text', 'id'].includes(name) ? String(read) : read) : null, JSON.stringify(sent))
      assert.deepEqual(errors?.map(({ path }) => path) ?? [], isFine ? [] : [['leaf', name]])
      assert.equal(answered.hasErrors, !isFine)
    }),
    { numRuns: 1_000 },
  )
})

test('an integer that no double holds is the same from service to service and to the client', async () => {
  await fc.assert(
    fc.asyncProperty(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), async (id) => {
      let asked = ''
      const answer = await answeredTo('{ all { id stars } leaf { id text any } }', {
        a: `{"data":{"all":[{"__typename":"T","id":${id}},{"__typename":"T","id":${id + 1n}},{"__typename":"T","id":${id}}],"leaf":{"int":1,"id":${id},"text":${id},"any":{"deep":[${id}]}}}}`,
        b: (variables) => {
          asked = variables
          return '{"data":{"_entities":[{"stars":1},{"stars":2}]}}'
        },
      })
      assert.equal(asked, `{"representations":[{"__typename":"T","id":${id}},{"__typename":"T","id":${id + 1n}}]}`)
      const all = `[{"id":${id},"stars":1},{"id":${id + 1n},"stars":2},{"id":${id},"stars":1}]`
      const text = `{"data":{"all":${all},"leaf":{"id":"${id}","text":"${id}","any":{"deep":[${id}]}}}}`
      assert.equal(String(answer.json()), text)
      assert.equal(stringifyExact(answer.value()), text)
    }),
    { numRuns: 100 },
  )
})

test('an answer whose fault is found only while it is written has errors, also before it is written', async () => {
  const answered = await answeredTo('{ one { id } }', { a: '{"data":{"one":{}}}' })
  assert.equal(answered.hasErrors, true)
  assert.equal((JSON.parse(String(answered.json())) as GraphqlAnswer).errors?.length, 1)
})
