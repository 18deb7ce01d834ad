import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import type { GraphqlAnswer } from '#platform/graphql/execute.ts'
import { until } from '../member.ts'
import { httpGraph } from './http-graph.ts'

const endless = async function* (): AsyncGenerator<object> {
  for (let tick = 0; ; tick += 1) {
    yield { tick }
    await new Promise((resolve) => setTimeout(resolve, 1_000))
  }
}
const parts = {
  small: {
    sdl: 'type Query { ok: Int } type Subscription { tick: Int }',
    resolvers: { Query: { ok: () => 1 }, Subscription: { tick: { subscribe: endless } } },
  },
}

const send = async (url: string, body: string): Promise<{ readonly status: number; readonly answer: unknown }> => {
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  return { status: response.status, answer: await response.json() }
}

const persisted = { persistedQuery: { version: 1, sha256Hash: 'x' } }
const strange = fc.oneof(
  fc.constantFrom<unknown>(null, 5, '', [], {}, true, { query: 5 }, { query: 5, extensions: persisted }, { query: null, documentId: 7 }),
  fc.record(
    {
      query: fc.jsonValue(),
      variables: fc.jsonValue(),
      operationName: fc.jsonValue(),
      documentId: fc.jsonValue(),
      extensions: fc.jsonValue(),
    },
    { requiredKeys: [] },
  ),
)
/** Names that a JSON parser must not make properties of; a body that has them is refused as a whole. */
const isPoisoned = (value: unknown): boolean => /"__proto__"|"constructor"/.test(JSON.stringify(value))

test('an entry of a batch that is no request is refused by itself; the others are answered', async () => {
  await using graph = await httpGraph(parts)
  const entries = fc.array(
    strange.filter((value) => !isPoisoned(value)),
    { minLength: 1, maxLength: 6 },
  )
  await fc.assert(
    fc.asyncProperty(entries, async (bad) => {
      const { status, answer } = await send(graph.url, JSON.stringify([...bad, { query: '{ ok }' }]))
      assert.equal(status, 200)
      const answers = answer as GraphqlAnswer[]
      assert.equal(answers.length, bad.length + 1)
      assert.deepEqual(answers.at(-1)?.data, { ok: 1 })
      for (const each of answers.slice(0, -1)) assert.ok(each.data === undefined && (each.errors?.length ?? 0) > 0, JSON.stringify(each))
    }),
    { numRuns: 60 },
  )
})

test('a body with names that would change what objects are is refused as a whole, wherever they stand', async () => {
  await using graph = await httpGraph(parts)
  for (const poison of ['{"__proto__":{"query":"{ ok }"}}', '{"constructor":{"prototype":{"x":1}}}'])
    for (const body of [poison, `[${poison},{"query":"{ ok }"}]`, `{"query":"{ ok }","extensions":{"a":[${poison}]}}`]) {
      const { status, answer } = await send(graph.url, body)
      assert.equal(status, 400, body)
      assert.ok(((answer as GraphqlAnswer).errors?.length ?? 0) > 0)
    }
})

test('a body that is no request is never answered with a 5xx', async () => {
  await using graph = await httpGraph(parts)
  await fc.assert(
    fc.asyncProperty(strange, async (bad) => {
      const { status } = await send(graph.url, JSON.stringify(bad))
      assert.ok(status < 500, `${status} for ${JSON.stringify(bad)}`)
    }),
    { numRuns: 60 },
  )
})

test('a socket that has as many subscriptions as it may is refused another one, and may have it once one has ended', async () => {
  await using graph = await httpGraph(parts, { subscriptions: { perSocketMax: 3 } })
  const client = createClient({ url: `${graph.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, lazy: false })
  const seen: string[] = []
  const subscribe = (): (() => void) =>
    client.subscribe(
      { query: 'subscription { tick }' },
      {
        next: ({ errors }) => void seen.push(errors === undefined ? 'event' : String(errors[0]?.extensions?.code)),
        error: (error) => void seen.push(Array.isArray(error) ? String(error[0]?.extensions?.code) : 'lost'),
        complete: () => undefined,
      },
    )
  const ends = [subscribe(), subscribe(), subscribe()]
  await until('three subscriptions run', 10_000, async () => seen.filter((each) => each === 'event').length >= 3)
  subscribe()
  await until('the fourth is refused', 10_000, async () => seen.includes('TOO_MANY_SUBSCRIPTIONS'))
  ends[0]?.()
  const before = seen.filter((each) => each === 'TOO_MANY_SUBSCRIPTIONS').length
  await until('another may run', 10_000, async () => {
    subscribe()
    await new Promise((resolve) => setTimeout(resolve, 100))
    return seen.filter((each) => each === 'TOO_MANY_SUBSCRIPTIONS').length === before || seen.length > 60
  })
  await client.dispose()
})

test('subscriptions are counted over all sockets, and given back when sockets close', async () => {
  await using graph = await httpGraph(parts, { subscriptions: { perProcessMax: 4 } })
  const codes: string[] = []
  const open = () => {
    const client = createClient({ url: `${graph.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, lazy: false })
    client.subscribe(
      { query: 'subscription { tick }' },
      {
        next: ({ errors }) => void codes.push(String(errors?.[0]?.extensions?.code ?? 'event')),
        error: () => void codes.push('lost'),
        complete: () => undefined,
      },
    )
    return client
  }
  const clients = Array.from({ length: 6 }, open)
  await until('all are answered', 10_000, async () => codes.length >= 6)
  assert.ok(codes.filter((each) => each === 'TOO_MANY_SUBSCRIPTIONS').length >= 2)
  await Promise.all(clients.map((client) => client.dispose()))
  codes.length = 0
  await until('the places are free again', 10_000, async () => {
    const client = open()
    await until('it is answered', 5_000, async () => codes.length > 0)
    await client.dispose()
    return codes.splice(0).includes('event')
  })
})

test('all answers of a batch together are bounded like one; those that still fit are there', async () => {
  const texts = {
    sdl: 'type Query { text(size: Int): String }',
    resolvers: { Query: { text: (_: object, { size }: { size: number }) => 'x'.repeat(size) } },
  }
  await using graph = await httpGraph({ texts }, { limits: { answerBytesMax: 300_000 } })
  const query = (size: number) => ({ query: `{ text(size: ${size}) }` })
  const { answer } = await send(graph.url, JSON.stringify([...Array.from({ length: 8 }, () => query(100_000)), query(10)]))
  const answers = answer as readonly GraphqlAnswer[]
  assert.equal(answers.length, 9)
  const refused = answers.filter(({ errors }) => errors?.[0]?.extensions?.code === 'ANSWER_TOO_LARGE')
  assert.ok(refused.length >= 6, `${refused.length} refused`)
  assert.ok(JSON.stringify(answers).length < 310_000)
  const few = await send(graph.url, JSON.stringify([query(100_000), query(100_000), query(10)]))
  for (const { errors } of few.answer as readonly GraphqlAnswer[]) assert.equal(errors, undefined)
})
