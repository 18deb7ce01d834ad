import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cachingOf } from '../../supergraph/engine/caching.ts'
import { requestRaw } from '../raw-http.ts'
import { httpGraph } from './http-graph.ts'

const parts = {
  films: {
    sdl: 'type Query { mine: String film: Film } type Film @key(fields: "id") { id: ID! }',
    resolvers: { Query: { mine: () => 'secret', film: () => ({ id: '1' }) } },
  },
  stars: {
    sdl: 'type Film @key(fields: "id") { id: ID! stars: Int }',
    resolvers: { Film: { __resolveReference: (film: object) => film, stars: () => 5 } },
  },
}
type Headers = Record<string, string>

/** Of three requests, one member's twice and another's, how many reached the subgraphs. */
const fetchesOf = async (
  answered: Headers,
  members: readonly [Headers, Headers, Headers],
  queries: readonly string[] = ['{ mine }', '{ mine }', '{ mine }'],
): Promise<readonly number[]> => {
  await using graph = await httpGraph(parts, {
    cache: {},
    headers: { propagate: ['authorization', 'cookie', 'accept-language', 'x-tenant-*'], set: { 'x-from': 'gateway' } },
  })
  const { films, stars } = graph.services
  assert.ok(films && stars)
  films.headers = queries[0]?.includes('stars') ? { 'cache-control': 'public, max-age=60' } : answered
  stars.headers = answered
  const counts: number[] = []
  for (const [index, headers] of members.entries()) {
    const before = films.seen.length + stars.seen.length
    const response = await fetch(`${graph.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query: queries[index] }),
    })
    assert.equal(response.status, 200)
    assert.match(await response.text(), /secret|stars":5/)
    counts.push(films.seen.length + stars.seen.length - before)
  }
  return counts
}

const [a, b] = [{ authorization: 'Bearer a' }, { authorization: 'Bearer b' }]
const [shared, own, never] = [
  [1, 0, 0],
  [1, 0, 1],
  [1, 1, 1],
]

test('what a member was answered is another member’s only when the subgraph says so', { timeout: 180_000 }, async () => {
  const ofMembers: readonly (readonly [Headers, readonly number[]])[] = [
    [{ 'cache-control': 'max-age=60' }, own],
    [{ 'cache-control': 'Private="x-a", max-age=60' }, own],
    [{ 'cache-control': 'private, s-maxage=60' }, never],
    [{ 'cache-control': 'public, max-age=60' }, shared],
    [{ 'cache-control': 'max-age=60, must-revalidate' }, shared],
    [{ 'cache-control': 'max-age=1, s-maxage=60' }, shared],
    [{ 'cache-control': 'public, max-age=60, s-maxage=0' }, never],
    [{ 'cache-control': 'public, no-store, max-age=60' }, never],
    [{ 'cache-control': 'public, no-cache="set-cookie", max-age=60' }, never],
    [{ 'cache-control': 'public, max-age=sixty' }, never],
    [{ 'cache-control': 'public, max-age=60', age: '60' }, never],
    [{ 'cache-control': 'public, max-age=60', vary: 'Authorization' }, own],
    [{ 'cache-control': 'public, max-age=60', vary: 'accept-encoding, x-from, user-agent' }, shared],
    [{ 'cache-control': 'public, max-age=60', vary: '*' }, never],
    [{ 'cache-control': 'public, max-age=60', vary: 'traceparent' }, never],
    [{ expires: 'Thu, 01 Jan 2099 00:00:00 GMT' }, never],
  ]
  for (const [headers, expected] of ofMembers) assert.deepEqual(await fetchesOf(headers, [a, a, b]), expected, JSON.stringify(headers))
})

test('without credentials an answer is everybody’s, but for those from whom it differs', { timeout: 180_000 }, async () => {
  const [fr, en] = [{ 'accept-language': 'fr' }, { 'accept-language': 'en' }]
  const lifetime = { 'cache-control': 'max-age=60' }
  assert.deepEqual(await fetchesOf(lifetime, [fr, fr, en]), shared)
  assert.deepEqual(await fetchesOf({ ...lifetime, vary: 'Accept-Language' }, [fr, fr, en]), own)
  assert.deepEqual(await fetchesOf({ ...lifetime, vary: 'x-tenant-id' }, [{ 'x-tenant-id': '1' }, { 'x-tenant-id': '1' }, {}]), own)
  assert.deepEqual(await fetchesOf(lifetime, [{ cookie: 'a=1' }, { cookie: 'a=1' }, { cookie: 'a=2' }]), own)
  assert.deepEqual(await fetchesOf(lifetime, [{}, { 'cache-control': 'no-cache' }, { 'cache-control': 'max-age=0' }]), never)
  assert.deepEqual(await fetchesOf(lifetime, [{ 'cache-control': 'no-store' }, {}, {}]), [1, 1, 0])
})

test('single entities follow the same rules', { timeout: 180_000 }, async () => {
  // NOTE: three operations, so that none is answered from the whole answers that are kept; the root is fetched each time.
  const query = ['{ film { stars } }', '{ film { id stars } }', '{ film { stars id } }']
  assert.deepEqual(await fetchesOf({ 'cache-control': 'max-age=60' }, [a, a, b], query), [2, 1, 2])
  assert.deepEqual(await fetchesOf({ 'cache-control': 'public, max-age=60', vary: 'authorization' }, [a, a, b], query), [2, 1, 2])
  assert.deepEqual(await fetchesOf({ 'cache-control': 'public, max-age=60' }, [a, a, b], query), [2, 1, 1])
})

test('no header makes an answer to a member everybody’s without one of the words that allow it', () => {
  const words = fc.constantFrom(
    'max-age=60',
    'private',
    'no-transform',
    'x-public',
    'immutable',
    'no-store',
    'no-cache',
    'stale-while-revalidate=9',
    '"',
    ',',
    'max-age="60"',
  )
  fc.assert(
    fc.property(fc.array(words), fc.string(), (control, vary) => {
      const asked = { hasCredentials: true, canDiffer: () => false }
      const { isPrivate } = cachingOf({ 'cache-control': control.join(', '), vary }, asked)
      assert.ok(isPrivate)
    }),
  )
})

test('what a caller may see by its claims stays its own, also where its `Connection` field names them', { timeout: 60_000 }, async () => {
  const pay = {
    sdl: `type Query { inside: String @authenticated scoped: String @requiresScopes(scopes: [["pay"]]) ruled: String @policy(policies: [["boss"]]) }`,
    resolvers: { Query: { inside: () => 'secret', scoped: () => 'secret', ruled: () => 'secret' } },
  }
  const claims = { authenticatedHeader: 'x-user', scopesHeader: 'x-scopes', policiesHeader: 'x-policies' }
  await using graph = await httpGraph({ pay }, { cache: {}, claims, headers: { propagate: ['x-*'] } })
  const { pay: service } = graph.services
  assert.ok(service)
  service.headers = { 'cache-control': 'public, max-age=60' }
  const granted: Headers = { 'x-user': 'ada', 'x-scopes': 'pay', 'x-policies': 'boss' }
  const connections = [
    'close',
    'close, x-user, x-scopes, x-policies',
    'X-User,close,X-Scopes ,X-Policies',
    'x-scopes, close',
    'close, x-policies',
  ]
  for (const [index, connection] of connections.entries()) {
    const query = encodeURIComponent(`{ inside scoped ruled a${index}: __typename }`)
    const ask = async (headers: Headers): Promise<string> =>
      (await requestRaw(graph.url, { target: `/graphql?query=${query}`, headers })).body.toString()
    const mine = await ask({ ...granted, connection })
    const namesAll = ['x-user', 'x-scopes', 'x-policies'].every((name) => connection.toLowerCase().includes(name))
    assert.equal(mine.includes('secret'), !namesAll, `${connection}: ${mine}`)
    for (const other of ['close', connection]) {
      const theirs = await ask({ connection: other })
      assert.ok(!theirs.includes('secret'), `${connection}, then ${other}: ${theirs}`)
    }
  }
})
