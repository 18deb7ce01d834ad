import assert from 'node:assert/strict'
import { test } from 'node:test'
import { httpGraph } from './http-graph.ts'

const parts = { films: { sdl: 'type Query { film: Int }', resolvers: { Query: { film: () => 1 } } } }

const asking =
  (url: string) =>
  async (headers: Readonly<Record<string, string>>, operationName = 'A'): Promise<Response> =>
    fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query: `query ${operationName} { film }`, operationName }),
    })

test('a client that asks too often is told when to come again, others are answered, and a client without a name is one client', async () => {
  await using graph = await httpGraph(parts, { rateLimits: [{ by: 'client', max: 3, seconds: 60 }] })
  const ask = asking(graph.url)
  const named = (name: string) => ({ 'apollographql-client-name': name })
  for (let times = 0; times < 3; times += 1) assert.equal((await ask(named('tv'))).status, 200)
  const refused = await ask(named('tv'))
  assert.equal(refused.status, 429)
  const seconds = Number(refused.headers.get('retry-after'))
  assert.ok(seconds >= 1 && seconds <= 60, String(seconds))
  assert.match(await refused.text(), new RegExp(`TOO_MANY_TRIES.*"retryAfterSeconds":${seconds}`))
  assert.equal((await ask(named('phone'))).status, 200)
  const nameless = await Promise.all(Array.from({ length: 5 }, () => ask({})))
  assert.deepEqual(nameless.map(({ status }) => status).sort(), [200, 200, 200, 429, 429])
})

test('a limit counts each operation of a batch, also over streams, and only the operation that it names', async () => {
  await using graph = await httpGraph(parts, { rateLimits: [{ by: 'address', operation: 'A', max: 2, seconds: 60 }] })
  const ask = asking(graph.url)
  const batch = Array.from({ length: 4 }, () => ({ query: 'query A { film }', operationName: 'A' }))
  const answer = await fetch(`${graph.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(batch),
  })
  const answers = (await answer.json()) as readonly { readonly data?: unknown }[]
  assert.equal(answers.filter(({ data }) => data !== undefined).length, 2)
  assert.match(await (await ask({ accept: 'text/event-stream' })).text(), /TOO_MANY_TRIES/)
  assert.equal((await ask({}, 'B')).status, 200)
})
