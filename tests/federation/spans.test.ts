import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTelemetry } from '#platform/observe/telemetry.ts'
import { until } from '../member.ts'
import { httpGraph } from './http-graph.ts'
import { receiver } from './receiver.ts'

type Attribute = { readonly key: string; readonly value: { readonly stringValue?: string } }
type Span = {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly attributes: readonly Attribute[]
  readonly status: { readonly code?: number }
}
type Export = { readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly Span[] }[] }[] }

/** What an OpenTelemetry collector would receive. */
const collector = async (stack: AsyncDisposableStack): Promise<{ readonly url: string; readonly spans: Span[] }> => {
  const spans: Span[] = []
  const url = await receiver(({ body }) => {
    const { resourceSpans } = JSON.parse(String(body)) as Export
    spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)))
    return {}
  }, stack)
  return { url, spans }
}

const parts = {
  films: {
    sdl: 'type Query { films: [Film!]! } type Film @key(fields: "id") { id: ID! }',
    resolvers: { Query: { films: () => [{ id: '1' }] } },
  },
  stars: {
    sdl: 'type Film @key(fields: "id") { id: ID! stars: Int }',
    resolvers: { Film: { __resolveReference: (film: object) => film, stars: () => 5 } },
  },
}

test('an operation is seen as spans: its phases and each fetch below it, in the caller’s trace, and the subgraph’s part below its fetch', async () => {
  await using stack = new AsyncDisposableStack()
  const { url, spans } = await collector(stack)
  stack.use(await startTelemetry({ service: 'test', url, delayMs: 50 }))
  const graph = stack.use(await httpGraph(parts))
  const traceId = 'a'.repeat(32)
  await fetch(`${graph.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', traceparent: `00-${traceId}-${'b'.repeat(16)}-01` },
    body: JSON.stringify({ query: 'query Films { films { id stars } }', operationName: 'Films' }),
  }).then((response) => response.json())
  await until('the spans', 10_000, async () => spans.some(({ name }) => name.startsWith('POST')))
  const one = (name: string): Span => {
    const found = spans.find((span) => span.name === name)
    assert.ok(found, `${name} is among ${spans.map((span) => span.name).join(', ')}`)
    return found
  }
  const [http, operation] = [one('POST /graphql'), one('graphql.operation')]
  assert.equal(http.parentSpanId, 'b'.repeat(16))
  assert.equal(operation.parentSpanId, http.spanId)
  for (const name of ['graphql.prepare', 'graphql.plan']) assert.equal(one(name).parentSpanId, operation.spanId)
  assert.equal(one('graphql.write').parentSpanId, http.spanId)
  const fetches = spans.filter(({ name }) => name.startsWith('fetch '))
  assert.equal(fetches.length, 2)
  for (const span of fetches) assert.equal(span.parentSpanId, operation.spanId)
  assert.ok(spans.every((span) => span.traceId === traceId))
  const sent = Object.values(graph.services).flatMap(({ seen }) => seen.map(({ traceparent }) => String(traceparent).split('-')[2]))
  assert.deepEqual(sent.toSorted(), fetches.map(({ spanId }) => spanId).toSorted())
})
