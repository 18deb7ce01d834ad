import assert from 'node:assert/strict'
import { test } from 'node:test'
import { remoteService } from '#platform/graphql/remote.ts'
import { createLog } from '#platform/observe/log.ts'
import { createSupergraph } from '../../supergraph/server.ts'
import { receiver } from './receiver.ts'
import { composeParts, serviceOf } from './small-graph.ts'

const parts = {
  films: {
    sdl: 'type Query { films: [Film!]! } type Film @key(fields: "id") { id: ID! }',
    resolvers: { Query: { films: () => [{ id: '1' }] } },
  },
  stars: {
    sdl: 'type Mutation { rate: Int } type Film @key(fields: "id") { id: ID! stars: Int }',
    resolvers: {},
  },
}
const nobody = { viewer: null, region: 'US', deviceId: 'd', token: '' }

/** Cinegraph's own supergraph with one subgraph on another machine, which answers what `take` says. */
const withRemoteStars = async (take: (query: string) => unknown, stack: AsyncDisposableStack) => {
  const url = await receiver(({ body }) => take((JSON.parse(String(body)) as { readonly query: string }).query), stack)
  const subgraphs = { films: serviceOf(parts.films), stars: remoteService('stars', url, 'key') }
  return stack.use(await createSupergraph({ supergraphSdl: composeParts(parts), subgraphs, log: createLog('test', 'silent') }))
}

const stars = { data: { _entities: [{ stars: 5 }] } }
const films = { query: '{ films { id stars } }' }

test('a read that a subgraph on another machine failed is tried again, a write is not', async () => {
  await using stack = new AsyncDisposableStack()
  const asked: string[] = []
  const supergraph = await withRemoteStars((query) => {
    asked.push(query.startsWith('mutation') ? 'write' : 'read')
    return asked.length === 1 || asked.at(-1) === 'write' ? undefined : stars
  }, stack)
  assert.deepEqual(await supergraph.execute(films, nobody), { data: { films: [{ id: '1', stars: 5 }] } })
  assert.deepEqual(asked, ['read', 'read'])
  const { data, errors } = await supergraph.execute({ query: 'mutation { rate }' }, nobody)
  assert.deepEqual(data, { rate: null })
  assert.equal(errors?.[0]?.extensions?.code, 'SUBGRAPH_UNAVAILABLE')
  assert.deepEqual(asked, ['read', 'read', 'write'])
})

test('what is no GraphQL answer is an error of that subgraph, and one that is down is soon left alone', async () => {
  await using stack = new AsyncDisposableStack()
  let asked = 0
  const supergraph = await withRemoteStars(() => {
    asked += 1
    return { error: { code: 'OVERLOADED', message: 'Not now' } }
  }, stack)
  for (let times = 0; times < 40; times += 1) {
    const { data, errors } = await supergraph.execute(films, nobody)
    assert.deepEqual(data, { films: [{ id: '1', stars: null }] })
    assert.deepEqual(
      errors?.map(({ path, extensions }) => [path, extensions?.serviceName]),
      [[['films', 0], 'stars']],
    )
  }
  assert.ok(asked < 40, `it was asked ${asked} times`)
})
