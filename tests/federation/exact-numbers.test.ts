import assert from 'node:assert/strict'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { test } from 'node:test'
import fc from 'fast-check'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { replaceExact, reviveExact } from '#platform/text/exact-json.ts'
import { rawGraph } from './raw-graph.ts'

const sdl = `scalar Long input Range { from: Long to: [Long!] at: ID near: Float }
  type Query { get(x: Long, id: ID, range: Range, any: Long): Long } type Subscription { count(x: Long): Long }`

/** A subgraph that answers with the number that it was asked for first. */
const echoing = (asked: string[]) => ({
  echo: {
    sdl,
    answer: (body: string, response: ServerResponse, { headers }: IncomingMessage): void => {
      asked.push(body)
      const number = /(?<!\w)-?\d{3,}/.exec(body)?.[0]
      const name = body.includes('count') ? 'count' : 'get'
      const text = `{"data":{"${name}":${number ?? 'null'}}}`
      if (!headers.accept?.includes('event-stream')) response.setHeader('content-type', 'application/json').end(text)
      else response.setHeader('content-type', 'text/event-stream').end(`event: next\ndata: ${text}\n\nevent: complete\ndata:\n\n`)
    },
  },
})
const large = fc.bigInt({ min: 2n ** 53n, max: 2n ** 80n }).map((value) => (value % 2n === 0n ? value + 1n : -value))
const json = { 'content-type': 'application/json' }
type Ways = Readonly<Record<string, (url: string, x: bigint) => Promise<string>>>

const query = 'query ($x: Long) { get(x: $x) }'
const overSocket = async (url: string, operation: string, x: bigint): Promise<string> => {
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    jsonMessageReplacer: replaceExact,
    jsonMessageReviver: reviveExact,
  })
  try {
    for await (const { data } of client.iterate({ query: operation, variables: { x } })) return String(Object.values(data ?? {})[0])
    return 'nothing'
  } finally {
    await client.dispose()
  }
}
const post = async (url: string, body: string, headers: Record<string, string> = json): Promise<string> =>
  (await fetch(`${url}/graphql`, { method: 'POST', headers, body })).text()
const ways: Ways = {
  POST: (url, x) => post(url, `{"query":${JSON.stringify(query)},"variables":{"x":${x}}}`),
  'a batch': (url, x) => post(url, `[{"query":${JSON.stringify(query)},"variables":{"x":${x}}}]`),
  GET: async (url, x) =>
    (await fetch(`${url}/graphql?query=${encodeURIComponent(query)}&variables=${encodeURIComponent(`{"x":${x}}`)}`)).text(),
  events: (url, x) =>
    post(url, `{"query":"subscription($x: Long){count(x: $x)}","variables":{"x":${x}}}`, { ...json, accept: 'text/event-stream' }),
  'a WebSocket': (url, x) => overSocket(url, query, x),
  'a subscription over a WebSocket': (url, x) => overSocket(url, 'subscription($x: Long){count(x: $x)}', x),
  'a literal': (url, x) => post(url, `{"query":"{ get(x: ${x}) }"}`),
  'a literal in an object and a list': (url, x) => post(url, `{"query":"{ get(any: {deep: [${x}]}, range: {from: 1, to: [${x}]}) }"}`),
  'a default of a variable': (url, x) => post(url, `{"query":"query ($x: Long = ${x}) { get(x: $x) }"}`),
  'part of an input object': (url, x) =>
    post(url, `{"query":"query ($r: Range) { get(range: $r) }","variables":{"r":{"from":${x},"to":[${x}]}}}`),
}

test('an integer that no double holds reaches a subgraph and comes back as it was sent, whichever way', async () => {
  const asked: string[] = []
  await using graph = await rawGraph(echoing(asked))
  for (const [name, ask] of Object.entries(ways))
    await fc.assert(
      fc.asyncProperty(large, async (x) => {
        asked.length = 0
        const answer = await ask(graph.url, x)
        assert.equal(/-?\d{3,}/.exec(asked[0] ?? '')?.[0], String(x), `${name}: ${asked[0]}`)
        assert.ok(answer.includes(String(x)), `${name}: ${answer}`)
      }),
      { numRuns: 8 },
    )
})

test('large integers are what their types say: a string for an ID, the nearest double for a Float, refused for an Int', async () => {
  const asked: string[] = []
  await using graph = await rawGraph(echoing(asked))
  const ask = (operation: string, variables: string) => post(graph.url, `{"query":${JSON.stringify(operation)},"variables":${variables}}`)
  await ask(
    'query ($id: ID, $r: Range) { get(id: $id, range: $r) }',
    '{"id":9007199254740993,"r":{"at":9007199254740995,"near":9007199254740993}}',
  )
  assert.match(asked[0] ?? '', /"id":"9007199254740993"/)
  assert.match(asked[0] ?? '', /"at":"9007199254740995"/)
  assert.match(asked[0] ?? '', /"near":9007199254740992\b/)
  await ask('{ get(id: 36893488147419103233) }', '{}')
  assert.match(asked[1] ?? '', /id: ?\\"36893488147419103233\\"/)
  const answer = await ask('query ($n: Int!) { get(x: $n) }', '{"n":9007199254740993}')
  assert.match(answer, /BAD_USER_INPUT|GRAPHQL_VALIDATION_FAILED/)
})
