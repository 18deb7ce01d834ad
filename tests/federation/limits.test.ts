import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { getIntrospectionQuery } from 'graphql'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import type { GraphqlAnswer } from '#platform/graphql/execute.ts'
import { httpGraph } from './http-graph.ts'
import { smallGraph } from './small-graph.ts'

const ids = Array.from({ length: 50 }, (_, at) => String(at))
const parts = {
  titles: {
    sdl: `type Query { titles(first: Int): [Title!]! few: [Title!]! @listSize(assumedSize: 2) page(first: Int): Page @listSize(slicingArguments: ["first"], sizedFields: ["titles"]) text(of: String): String }
      type Page { titles: [Title!]! } type Title @key(fields: "id") { id: ID! name: String similar: [Title!]! }`,
    resolvers: {
      Query: {
        titles: () => ids.map((id) => ({ id })),
        few: () => [{ id: '1' }],
        page: () => ({ titles: [] }),
        text: (_: unknown, { of }: { of: string }) => of,
      },
      Title: { name: () => 'x'.repeat(100), similar: () => ids.map((id) => ({ id })), __resolveReference: (title: object) => title },
    },
  },
  stars: {
    sdl: 'type Title @key(fields: "id") { id: ID! stars: Int }',
    resolvers: { Title: { __resolveReference: (title: object) => title, stars: () => 1 } },
  },
}
const post = async (url: string, body: unknown, path = '/graphql'): Promise<GraphqlAnswer & GraphqlAnswer[]> => {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return (await response.json()) as GraphqlAnswer & GraphqlAnswer[]
}
const codeOf = (answer: GraphqlAnswer | undefined): unknown => answer?.errors?.[0]?.extensions?.code
const doubled = `{ ...f0 } ${Array.from({ length: 60 }, (_, at) => `fragment f${at} on Query { ...f${at + 1} ...f${at + 1} }`).join(' ')} fragment f60 on Query { few { id } }`
const tooCostly = '{ titles(first: 1000) { similar { similar { similar { id name } } } } }'

test('a standalone gateway refuses at every way in what costs too much, with the settings it has by default', async () => {
  await using graph = await httpGraph(parts)
  const { url } = graph
  for (const [query, code] of [
    [doubled, 'QUERY_TOO_LARGE'],
    [tooCostly, 'QUERY_TOO_COSTLY'],
  ] as const) {
    assert.equal(codeOf(await post(url, { query })), code)
    assert.deepEqual(
      (await post(url, [{ query }, { query: '{ few { id } }' }])).map((each) => codeOf(each) ?? each.data),
      [code, { few: [{ id: '1' }] }],
    )
    assert.equal(codeOf((await (await fetch(`${url}/graphql?query=${encodeURIComponent(query)}`)).json()) as GraphqlAnswer), code)
    assert.ok('error' in (await post(url, { query }, '/explain')))
    const events = await fetch(`${url}/graphql?query=${encodeURIComponent(query)}`, { headers: { accept: 'text/event-stream' } })
    assert.match(await events.text(), new RegExp(code))
    const client = createClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 })
    const outcome = await Array.fromAsync(client.iterate({ query })).catch((error: unknown) => error)
    assert.match(JSON.stringify(outcome), new RegExp(code))
    await client.dispose()
  }
  assert.equal((await post(url, { query: getIntrospectionQuery() })).errors, undefined)
  assert.equal(graph.services.stars?.seen.length, 0)
})

test('sizes that the schema declares count as declared', async () => {
  await using graph = await httpGraph(parts, { limits: { costMax: 200 } })
  const codes = async (query: string): Promise<unknown> => codeOf(await post(graph.url, { query }))
  assert.equal(await codes('{ few { id similar { id } } }'), undefined)
  assert.equal(await codes('{ page(first: 20) { titles { id name } } }'), undefined)
  assert.equal(await codes('{ page(first: 150) { titles { id name } } }'), 'QUERY_TOO_COSTLY')
  assert.equal(await codes('{ page(first: -1) { titles { id name } } }'), 'QUERY_TOO_COSTLY')
})

test('demand control counts a negative size as a size that is not told', async () => {
  await using graph = await httpGraph(parts, { demand: { mode: 'enforce', costMax: 8, listSize: 10 } })
  assert.equal(codeOf(await post(graph.url, { query: '{ page(first: -5) { titles { id } } }' })), 'COST_ESTIMATED_TOO_EXPENSIVE')
  assert.equal(codeOf(await post(graph.url, { query: '{ page(first: 2) { titles { id } } }' })), undefined)
})

test('an answer that has more objects or bytes than one may have is refused, with the same code each time', async () => {
  for (const [limits, query] of [
    [{ answerRowsMax: 100 }, '{ titles { similar { id } } }'],
    [{ answerRowsMax: 100 }, '{ titles { similar { stars } } }'],
    [{ answerBytesMax: 2_000 }, '{ titles { name } }'],
    [{ answerBytesMax: 100_000 }, '{ titles { similar { name } } }'],
  ] as const) {
    await using graph = await httpGraph(parts, { limits })
    for (let times = 0; times < 2; times += 1) {
      const answer = await post(graph.url, { query })
      assert.equal(codeOf(answer), 'ANSWER_TOO_LARGE', JSON.stringify(answer).slice(0, 300))
      assert.ok((answer.data ?? null) === null)
    }
    assert.deepEqual((await post(graph.url, { query: '{ few { id } }' })).data, { few: [{ id: '1' }] })
  }
})

test('whatever a name is that clients choose, nothing is lost under it', async () => {
  await using graph = await smallGraph(parts)
  const own = fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    'valueOf',
    'hasOwnProperty',
    '__defineSetter__',
    'isPrototypeOf',
    'name',
    'id',
    'stars',
    'length',
  )
  await fc.assert(
    fc.asyncProperty(own, own, own, fc.string(), async (a, b, c, text) => {
      const query = `query($${c.replaceAll('_', 'x')}: String) { ${a}: few { ${b}: name ${c}2: stars } text2: text(of: $${c.replaceAll('_', 'x')}) ${b}3: text(of: ${JSON.stringify(a)}) }`
      const plain = text.replaceAll('\0', '')
      const answer = await graph.ask({ query, variables: { [c.replaceAll('_', 'x')]: plain } }, undefined)
      const inner = JSON.parse(`{"${b}":"${'x'.repeat(100)}","${c}2":1}`) as object
      const wanted = JSON.parse(`{"data":{"${a}":[${JSON.stringify(inner)}],"text2":${JSON.stringify(plain)},"${b}3":"${a}"}}`) as object
      assert.equal(JSON.stringify(answer), JSON.stringify(wanted))
    }),
    { numRuns: 60 },
  )
})

const collect = (): number => {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as () => void
  gc()
  gc()
  return process.memoryUsage().heapUsed / 1024 / 1024
}

test('memory levels off while operations are asked that were never asked before', async () => {
  await using graph = await smallGraph(parts, { preparedBytesMax: 4 * 1024 * 1024 })
  let asked = 0
  const more = async (count: number): Promise<number> => {
    for (let done = 0; done < count; done += 1) {
      asked += 1
      const answer = await graph.ask(`{ few { a${asked}: id name stars } }`, undefined)
      assert.equal(answer.errors, undefined)
    }
    return collect()
  }
  await more(1_500)
  const before = await more(1)
  const after = await more(2_000)
  assert.ok(after - before < 6, `${before} MB, then ${after} MB`)
})
