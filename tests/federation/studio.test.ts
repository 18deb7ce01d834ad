import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { Report, type Trace } from '@apollo/usage-reporting-protobuf'
import { parse } from 'graphql'
import { createLog } from '#platform/observe/log.ts'
import { createSupergraph } from '../../supergraph/server.ts'
import { until } from '../member.ts'
import { httpGraph } from './http-graph.ts'
import { receiver } from './receiver.ts'
import { composeParts, linked, serviceOf } from './small-graph.ts'

const parts = {
  films: {
    sdl: 'type Query { films(first: Int): [Film!]! } type Film @key(fields: "id") { id: ID! }',
    resolvers: { Query: { films: () => [{ id: '1' }] } },
  },
  stars: {
    sdl: 'type Film @key(fields: "id") { id: ID! stars: Int }',
    resolvers: { Film: { __resolveReference: (film: object) => film, stars: () => 5 } },
  },
}

type Received = { readonly key: string; readonly report: Report }

/** Takes reports as Apollo Studio does; the first time it is not well. */
const studio = async (stack: AsyncDisposableStack): Promise<{ readonly url: string; readonly reports: Received[] }> => {
  const reports: Received[] = []
  let refusals = 1
  const url = await receiver(({ body, headers }) => {
    if (refusals-- > 0) return undefined
    reports.push({ key: String(headers['x-api-key']), report: Report.decode(gunzipSync(body)) })
    return {}
  }, stack)
  return { url, reports }
}

test('an operation is reported to Apollo Studio with its plan, and the subgraph’s own trace is in it', async () => {
  await using stack = new AsyncDisposableStack()
  const schema = buildSubgraphSchema([
    { typeDefs: parse(linked(parts.stars.sdl)), resolvers: parts.stars.resolvers as object as Record<string, never> },
  ])
  const apollo = new ApolloServer({ schema, stopOnTerminationSignals: false })
  const { url: starsUrl } = await startStandaloneServer(apollo, { listen: { port: 0, host: '127.0.0.1' } })
  stack.defer(() => apollo.stop())
  const { url, reports } = await studio(stack)
  const graph = stack.use(
    await httpGraph(parts, {
      subgraphs: { stars: { url: starsUrl } },
      studio: { key: 'service:films:1', graphRef: 'films@current', url, sendEveryMs: 100 },
    }),
  )
  const ask = (first: number) =>
    fetch(`${graph.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'apollographql-client-name': 'tv' },
      body: JSON.stringify({ query: `query Films { films(first: ${first}) { id stars } }` }),
    }).then((response) => response.json())
  assert.deepEqual(await ask(1), { data: { films: [{ id: '1', stars: 5 }] } })
  await ask(2)
  await until('both operations', 10_000, async () => reports.reduce((sum, { report }) => sum + Number(report.operationCount), 0) === 2)
  assert.equal(reports[0]?.key, 'service:films:1')
  assert.equal(reports[0]?.report.header?.graphRef, 'films@current')
  const [[key, reported] = []] = Object.entries(reports[0]?.report.tracesPerQuery ?? {})
  assert.equal(key, '# Films\nquery Films{films(first:0){id stars}}')
  assert.deepEqual(reported?.referencedFieldsByType?.Film?.fieldNames?.toSorted(), ['id', 'stars'])
  const trace = reported?.trace?.[0] as Trace
  assert.equal(trace.clientName, 'tv')
  const [first, second] = trace.queryPlan?.sequence?.nodes ?? []
  assert.equal(first?.fetch?.serviceName, 'films')
  assert.deepEqual(
    second?.flatten?.responsePath?.map(({ fieldName }) => fieldName),
    ['films', '@'],
  )
  const stars = second?.flatten?.node?.fetch
  assert.equal(stars?.serviceName, 'stars')
  assert.equal(stars?.trace?.root?.child?.[0]?.responseName, '_entities')
})

test('operations that shared an answer, or got a kept one, are reported too', async () => {
  await using stack = new AsyncDisposableStack()
  const { url, reports } = await studio(stack)
  const graph = stack.use(
    await httpGraph(parts, { cache: {}, studio: { key: 'service:films:1', graphRef: 'films@current', url, sendEveryMs: 50 } }),
  )
  for (const service of Object.values(graph.services)) service.headers = { 'cache-control': 'max-age=60' }
  const [films] = Object.values(graph.services)
  if (films !== undefined) films.slow = 200
  const ask = () =>
    fetch(`${graph.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ films { id } }' }),
    }).then((response) => response.json())
  await Promise.all([ask(), ask(), ask()])
  await ask()
  const traces = () =>
    reports.flatMap(({ report }) => Object.values(report.tracesPerQuery ?? {}).flatMap(({ trace }) => (trace ?? []) as Trace[]))
  await until('all four', 10_000, async () => traces().length === 4)
  assert.equal(films?.seen.length, 1, 'one was carried out')
  assert.equal(traces().filter(({ queryPlan }) => queryPlan !== undefined && queryPlan !== null).length, 1)
  assert.equal(traces().filter(({ fullQueryCacheHit }) => fullQueryCacheHit).length, 1)
})

test('Cinegraph’s own graph is reported on too, when it has a key', async () => {
  await using stack = new AsyncDisposableStack()
  const { url, reports } = await studio(stack)
  const services = Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, serviceOf(part)]))
  const supergraph = stack.use(
    await createSupergraph({
      supergraphSdl: composeParts(parts),
      subgraphs: services,
      studio: { key: 'service:films:1', graphRef: 'films@current', url, sendEveryMs: 50 },
      log: createLog('test', 'silent'),
    }),
  )
  await supergraph.execute({ query: '{ films { stars } }' }, { viewer: null, region: 'US', deviceId: 'd', token: '' })
  await until('the report', 10_000, async () => reports.length > 0)
  assert.deepEqual(Object.keys(reports[0]?.report.tracesPerQuery ?? {}), ['# -\n{films{stars}}'])
})
