import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseGatewaySettings, readGatewaySettings } from '../../supergraph/gateway/settings.ts'
import { openSource } from '../../supergraph/gateway/source.ts'
import { log } from '../boot.ts'
import { until } from '../member.ts'
import { receiver } from './receiver.ts'

type Asked = { readonly query: string; readonly variables: Readonly<Record<string, unknown>> }

/** A GraphQL endpoint that gives `data` of what it is asked. */
const endpoint = (answer: (asked: Asked) => unknown, stack: AsyncDisposableStack): Promise<string> =>
  receiver(({ body }) => ({ data: answer(JSON.parse(String(body)) as Asked) }), stack)

const federation = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])'

test('subgraphs are asked for their schemas and composed; a change of one is served, a broken one is not', async () => {
  await using stack = new AsyncDisposableStack()
  const sdls = {
    films: `${federation} type Query { films: [Film] } type Film @key(fields: "id") { id: ID! }`,
    stars: `${federation} type Film @key(fields: "id") { id: ID! stars: Int }`,
  }
  const subgraphs = {
    films: await endpoint(() => ({ _service: { sdl: sdls.films } }), stack),
    stars: await endpoint(() => ({ _service: { sdl: sdls.stars } }), stack),
  }
  const served: string[] = []
  const settings = parseGatewaySettings({ compose: { subgraphs, pollMs: 500 } })
  const source = stack.use(await openSource(settings, { serve: async (sdl) => void served.push(sdl), log }))
  assert.match(source.sdl, /stars: Int @join__field\(graph: STARS\)/)
  sdls.stars = `${federation} type Film @key(fields: "nothing") { id: ID! }`
  await new Promise((resolve) => setTimeout(resolve, 1_200))
  assert.deepEqual(served, [])
  sdls.stars = `${federation} type Film @key(fields: "id") { id: ID! stars: Int votes: Int }`
  await until('the change', 10_000, async () => served.length > 0)
  assert.match(served[0] ?? '', /votes: Int @join__field\(graph: STARS\)/)
})

test('a supergraph comes from Apollo Uplink, by the names that Apollo’s tools read from the environment', async () => {
  await using stack = new AsyncDisposableStack()
  const asked: Asked[] = []
  const url = await endpoint((question) => {
    asked.push(question)
    return question.variables.apiKey === 'service:films:right'
      ? { routerConfig: { __typename: 'RouterConfigResult', id: '1', supergraphSdl: 'type Query { films: Int }', minDelaySeconds: 60 } }
      : { routerConfig: { __typename: 'FetchError', code: 'ACCESS_DENIED', message: 'Not with this key.' } }
  }, stack)
  const env = { APOLLO_KEY: 'service:films:right', APOLLO_GRAPH_REF: 'films@current', APOLLO_UPLINK_ENDPOINTS: url }
  const settings = await readGatewaySettings([], env)
  assert.equal(settings.source.what, 'Apollo Uplink, films@current')
  const source = stack.use(await openSource(settings, { serve: async () => undefined, log }))
  assert.equal(source.sdl, 'type Query { films: Int }')
  assert.equal(asked[0]?.variables.ref, 'films@current')
  const wrong = await readGatewaySettings([], { ...env, APOLLO_KEY: 'service:films:wrong' })
  await assert.rejects(openSource(wrong, { serve: async () => undefined, log }), {
    code: 'SUPERGRAPH_INVALID',
    message: /Apollo Uplink, films@current/,
  })
})

test('a gateway wants one source of its supergraph, neither none nor two', async () => {
  await assert.rejects(readGatewaySettings([]), /--supergraph/)
  assert.throws(() => parseGatewaySettings({ supergraph: 'a.graphql', compose: { subgraphs: { a: 'http://a' } } }), /only one of/)
  const env = { APOLLO_KEY: 'k', APOLLO_GRAPH_REF: 'g@c' }
  assert.equal((await readGatewaySettings(['--supergraph', 'a.graphql'], env)).source.kind, 'file')
})
