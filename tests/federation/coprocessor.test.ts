import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { httpGraph, post } from './http-graph.ts'

type Payload = {
  readonly version: number
  readonly stage: string
  readonly id: string
  readonly headers?: Readonly<Record<string, readonly string[]>>
  readonly context?: { readonly entries: Readonly<Record<string, unknown>> }
  readonly body?: unknown
  readonly serviceName?: string
}
type Say = (payload: Payload) => object | undefined | Promise<object | undefined>

const parts = {
  films: {
    sdl: 'type Query { film: Film } type Film @key(fields: "id") { id: ID! name: String }',
    resolvers: { Query: { film: () => ({ id: '1', name: 'one' }) } },
  },
}
const all = { headers: true, context: true, body: true }
const both = { request: all, response: all }
const everyStage = { router: both, supergraph: both, subgraph: { all: both } }

/** A coprocessor that says what `say` does, else nothing; and a gateway that asks it at every stage. */
const coprocessed = async (stack: AsyncDisposableStack, say: Say, settings: object = {}) => {
  const seen: Payload[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const part of request) text += String(part)
    const payload = JSON.parse(text) as Payload
    seen.push(payload)
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ ...payload, ...(await say(payload)) }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  stack.defer(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const graph = stack.use(await httpGraph(parts, { coprocessor: { url, ...everyStage, ...settings } }))
  return { ...graph, seen }
}

const query = '{ film { name } }'

test('a coprocessor is told each stage of an operation, in order, under one id, and one that changes nothing changes nothing', async () => {
  await using stack = new AsyncDisposableStack()
  const { url, seen } = await coprocessed(stack, () => undefined)
  assert.deepEqual(await post(url, { query }), { data: { film: { name: 'one' } } })
  assert.deepEqual(
    seen.map(({ stage }) => stage),
    ['RouterRequest', 'SupergraphRequest', 'SubgraphRequest', 'SubgraphResponse', 'SupergraphResponse', 'RouterResponse'],
  )
  assert.equal(new Set(seen.map(({ id }) => id)).size, 1)
  assert.deepEqual(seen[0]?.headers?.['content-type'], ['application/json'])
  assert.equal(typeof seen[0]?.body, 'string', 'the body of a router stage is text')
  assert.deepEqual(seen[1]?.body, { query })
  assert.equal(seen[2]?.serviceName, 'films')
})

test('a coprocessor changes operation, headers, answers, and hands context on', async () => {
  await using stack = new AsyncDisposableStack()
  const { url, services, seen } = await coprocessed(stack, ({ stage, headers, context }) => {
    if (stage === 'RouterRequest') return { context: { entries: { user: 'ada' } } }
    if (stage === 'SupergraphRequest') return { body: { query: '{ film { id name } }' } }
    if (stage === 'SubgraphRequest') return { headers: { ...headers, user: [String(context?.entries.user)] } }
    if (stage === 'SubgraphResponse') return { body: { data: { film: { id: '2', name: 'two' } } } }
    if (stage === 'RouterResponse') return { headers: { 'x-seen': ['yes'] } }
    return undefined
  })
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  })
  assert.deepEqual(await answer.json(), { data: { film: { id: '2', name: 'two' } } })
  assert.equal(answer.headers.get('x-seen'), 'yes')
  assert.equal(services.films?.seen[0]?.user, 'ada')
  assert.equal(seen.at(-1)?.context?.entries.user, 'ada')
})

test('a coprocessor breaks off at each stage before an answer, with its status, and no subgraph is asked', async () => {
  await using stack = new AsyncDisposableStack()
  for (const at of ['RouterRequest', 'SupergraphRequest']) {
    const { url, services } = await coprocessed(stack, ({ stage }) =>
      stage === at ? { control: { break: 401 }, body: { errors: [{ message: 'who are you' }] } } : undefined,
    )
    const answer = await fetch(`${url}/graphql?query=${encodeURIComponent(query)}`)
    assert.equal(answer.status, 401, at)
    assert.deepEqual(await answer.json(), { errors: [{ message: 'who are you' }] })
    assert.equal(services.films?.seen.length, 0)
  }
  const { url, services } = await coprocessed(stack, ({ stage }) =>
    stage === 'SubgraphRequest' ? { control: { break: 403 }, body: 'not this one' } : undefined,
  )
  assert.match(JSON.stringify(await post(url, { query })), /"film":null.*not this one/)
  assert.equal(services.films?.seen.length, 0)
})

test('a coprocessor that is late, gone or says nonsense refuses the operation, and nothing of it is let through', async () => {
  await using stack = new AsyncDisposableStack()
  const hold = Promise.withResolvers<undefined>()
  stack.defer(() => hold.resolve(undefined))
  const late = await coprocessed(stack, () => hold.promise, { timeoutMs: 50 })
  const nonsense = await coprocessed(stack, () => ({ control: 'perhaps' }))
  const gone = stack.use(await httpGraph(parts, { coprocessor: { url: 'http://127.0.0.1:9/', ...everyStage } }))
  for (const { url, services } of [late, nonsense, gone]) {
    const answer = await fetch(`${url}/graphql?query=${encodeURIComponent(query)}`)
    assert.equal(answer.status, 500)
    assert.match(await answer.text(), /Internal error/)
    assert.equal(services.films?.seen.length, 0)
  }
})
