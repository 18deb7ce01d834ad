import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { serverAudits } from 'graphql-http'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import type { GraphqlAnswer } from '#platform/graphql/execute.ts'
import { createShadow, type Difference } from '../../supergraph/gateway/shadow.ts'
import { httpGraph } from './http-graph.ts'

const counting = async function* (): AsyncGenerator<object> {
  for (let id = 1; id <= 3; id += 1) yield { moved: { id: String(id) } }
}
const parts = {
  titles: {
    sdl: 'type Query { titles: [Title!]! hello(name: String): String } type Mutation { rename: String } type Title @key(fields: "id") { id: ID! name: String }',
    resolvers: {
      Query: {
        titles: () => ['1', '2', '3'].map((id) => ({ id, name: `Title ${id}` })),
        hello: (_: unknown, { name }: { name: string }) => `hello ${name}`,
      },
      Mutation: { rename: () => 'done' },
      Title: { __resolveReference: ({ id }: { id: string }) => ({ id, name: `Title ${id}` }) },
    },
  },
  stars: {
    sdl: 'type Title @key(fields: "id") { id: ID! stars: Int must: Int! } type Subscription { moved: Title } type Query { bad: Int }',
    resolvers: {
      Query: {
        bad: () => {
          throw new Error('password is hunter2')
        },
      },
      Title: { __resolveReference: (title: object) => title, stars: ({ id }: { id: string }) => Number(id), must: () => 1 },
      Subscription: { moved: { subscribe: counting } },
    },
  },
}

const post = async (url: string, body: unknown, headers: Record<string, string> = {}): Promise<GraphqlAnswer & GraphqlAnswer[]> => {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  return (await response.json()) as GraphqlAnswer & GraphqlAnswer[]
}

test('a standalone gateway passes every audit of GraphQL over HTTP', async () => {
  await using graph = await httpGraph(parts)
  const failed: string[] = []
  for (const audit of serverAudits({ url: `${graph.url}/graphql`, fetchFn: fetch })) {
    const result = await audit.fn()
    if (result.status !== 'ok') failed.push(`${result.status} ${audit.name}: ${result.reason}`)
    await ('response' in result ? result.response.body?.cancel().catch(() => undefined) : undefined)
  }
  assert.deepEqual(failed, [])
})

test('a subgraph that is gone costs its own fields and names itself; what worked stays', async () => {
  await using graph = await httpGraph(parts, { retries: 0 })
  await graph.services.stars?.stop()
  const { data, errors } = await post(graph.url, { query: '{ titles { name stars } }' })
  assert.deepEqual(data, { titles: ['1', '2', '3'].map((id) => ({ name: `Title ${id}`, stars: null })) })
  assert.deepEqual(
    errors?.map(({ path, extensions }) => [path, extensions?.code, extensions?.serviceName]),
    [0, 1, 2].map((index) => [['titles', index], 'SUBGRAPH_UNAVAILABLE', 'stars']),
  )
  assert.deepEqual((await post(graph.url, { query: '{ titles { name must } }' })).data, null, 'a null that may not be moves up')
})

test('a subgraph that is too slow is given up in time, and one that keeps failing is left alone', async () => {
  await using graph = await httpGraph(parts, { retries: 0, subgraphs: { stars: { timeoutMs: 60 } } })
  const stars = graph.services.stars
  assert.ok(stars)
  stars.slow = 2_000
  const began = performance.now()
  const late = await post(graph.url, { query: '{ titles { stars } }' })
  assert.ok(performance.now() - began < 1_500)
  assert.equal(late.errors?.[0]?.extensions?.code, 'DEADLINE')
  stars.slow = 0
  stars.failing = true
  for (let times = 0; times < 25; times += 1) await post(graph.url, { query: '{ titles { stars } }' })
  const before = stars.seen.length
  assert.equal((await post(graph.url, { query: '{ titles { stars } }' })).errors?.[0]?.extensions?.code, 'CIRCUIT_OPEN')
  assert.equal(stars.seen.length, before, 'it was not asked')
})

test('a subgraph that was left alone is asked again after the time that its setting says', async () => {
  const breaker = { requestsMin: 2, windowMs: 1_000, sleepMs: 100 }
  await using graph = await httpGraph(parts, { retries: 0, subgraphs: { stars: { breaker } } })
  const stars = graph.services.stars
  assert.ok(stars)
  stars.failing = true
  const codes = new Set<unknown>()
  for (let times = 0; times < 6; times += 1)
    codes.add((await post(graph.url, { query: '{ titles { stars } }' })).errors?.[0]?.extensions?.code)
  assert.ok(codes.has('CIRCUIT_OPEN'))
  stars.failing = false
  await sleep(120)
  assert.equal((await post(graph.url, { query: '{ titles { stars } }' })).errors, undefined)
})

test('only headers that the rules name reach subgraphs', async () => {
  await using graph = await httpGraph(parts, {
    headers: { propagate: ['authorization', 'x-tenant-*'], set: { 'x-from': 'gateway' }, remove: ['x-tenant-secret'] },
  })
  await post(
    graph.url,
    { query: '{ titles { name } }' },
    { authorization: 'Bearer t', 'x-tenant-id': '7', 'x-tenant-secret': 's', cookie: 'c=1' },
  )
  const [headers] = graph.services.titles?.seen ?? []
  assert.deepEqual(
    [headers?.authorization, headers?.['x-tenant-id'], headers?.['x-tenant-secret'], headers?.cookie, headers?.['x-from']],
    ['Bearer t', '7', undefined, undefined, 'gateway'],
  )
})

test('identical requests in flight are one request, and not when what is forwarded differs', async () => {
  await using graph = await httpGraph(parts)
  const titles = graph.services.titles
  assert.ok(titles)
  await post(graph.url, { query: '{ titles { name } }' })
  titles.slow = 300
  const asked = async (token: (index: number) => string): Promise<number> => {
    const before = titles.seen.length
    await Promise.all(
      Array.from({ length: 10 }, (_, index) => post(graph.url, { query: '{ titles { name } }' }, { authorization: token(index) })),
    )
    return titles.seen.length - before
  }
  assert.equal(await asked(() => 'same'), 1)
  assert.equal(await asked((index) => `other ${index}`), 10)
})

test('in production the message of an unexpected error stays inside', async () => {
  await using graph = await httpGraph(parts, { production: true })
  const text = JSON.stringify(await post(graph.url, { query: '{ bad }' }))
  assert.doesNotMatch(text, /hunter2/)
  assert.match(text, /DOWNSTREAM_SERVICE_ERROR/)
})

test('a changed supergraph takes over without a dropped request', async () => {
  await using graph = await httpGraph(parts)
  let failed = 0
  let answeredCount = 0
  let isGoing = true
  const load = async (): Promise<void> => {
    while (isGoing) {
      const answer = await post(graph.url, { query: '{ titles { name stars } }' }).catch(() => undefined)
      if (answer?.data === undefined || answer.errors !== undefined) failed += 1
      answeredCount += 1
    }
  }
  const loads = Array.from({ length: 8 }, load)
  const renamed = { ...parts, titles: { ...parts.titles, sdl: parts.titles.sdl.replace('hello(', 'greet(') } }
  for (const next of [renamed, parts, renamed]) {
    await sleep(60)
    graph.serving.replace(await graph.make(next))
  }
  while (answeredCount <= 20) await sleep(20)
  isGoing = false
  await Promise.all(loads)
  assert.equal(failed, 0)
  assert.match(JSON.stringify(await post(graph.url, { query: '{ __type(name: "Query") { fields { name } } }' })), /greet/)
})

test('a subscription reaches a client as events and over a WebSocket, with fields of other subgraphs', async () => {
  for (const protocol of ['sse', 'ws'] as const) {
    await using graph = await httpGraph(parts, { subgraphs: { stars: { subscriptions: { protocol } } } })
    const query = 'subscription { moved { id stars name } }'
    const expected = [1, 2, 3].map((id) => ({ data: { moved: { id: String(id), stars: id, name: `Title ${id}` } } }))
    const response = await fetch(`${graph.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query }),
    })
    const text = await response.text()
    assert.deepEqual(
      [...text.matchAll(/^event: next\ndata: (.*)$/gm)].map(([, data = '']) => JSON.parse(data) as unknown),
      expected,
      protocol,
    )
    assert.match(text, /event: complete/)
    const client = createClient({ url: `${graph.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 })
    const events: unknown[] = []
    for await (const event of client.iterate({ query })) events.push(event)
    assert.deepEqual(events, expected)
    const [titles] = await Array.fromAsync(client.iterate({ query: '{ hello(name: "x") }' }))
    assert.deepEqual(titles, { data: { hello: 'hello x' } })
    await client.dispose()
  }
})

test('persisted queries, trusted documents and batches', async () => {
  await using graph = await httpGraph(parts, { batchMax: 3 })
  const query = '{ hello(name: "you") }'
  const extensions = { persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(query).digest('hex') } }
  assert.equal((await post(graph.url, { extensions })).errors?.[0]?.extensions?.code, 'PERSISTED_QUERY_NOT_FOUND')
  for (const asked of [{ query, extensions }, { extensions }]) assert.deepEqual((await post(graph.url, asked)).data, { hello: 'hello you' })
  const batch = await post(graph.url, [
    { query },
    { query: '{ nope }' },
    { query: 'query($n: String) { hello(name: $n) }', variables: { n: 'b' } },
  ])
  assert.deepEqual(
    batch.map(({ data, errors }) => data ?? errors?.length),
    [{ hello: 'hello you' }, 1, { hello: 'hello b' }],
  )
  assert.match(JSON.stringify(await post(graph.url, [{ query }, { query }, { query }, { query }])), /1 to 3/)
  const folder = await mkdtemp(join(tmpdir(), 'cinegraph-test-'))
  const file = join(folder, 'documents.json')
  await writeFile(file, JSON.stringify({ 'hello@1': query }))
  await using closed = await httpGraph(parts, { trustedDocuments: { file, only: true } })
  await rm(folder, { recursive: true })
  assert.deepEqual((await post(closed.url, { documentId: 'hello@1' })).data, { hello: 'hello you' })
  assert.equal((await post(closed.url, { query: '{ titles { name } }' })).errors?.[0]?.extensions?.code, 'DOCUMENT_NOT_TRUSTED')
  const smuggled = await post(closed.url, { documentId: 'hello@1', query: '{ titles { name } }' })
  assert.deepEqual(smuggled.data, { hello: 'hello you' }, 'a trusted name is answered with its own text')
  const client = createClient({ url: `${closed.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 })
  await assert.rejects(Array.fromAsync(client.iterate({ query: '{ titles { name } }' })), (errors: unknown) =>
    JSON.stringify(errors).includes('DOCUMENT_NOT_TRUSTED'),
  )
  await client.dispose()
})

test('a stream that is asked by GET carries out no mutation, and bad input to it is a refusal', async () => {
  await using graph = await httpGraph(parts)
  const stream = (query: string): Promise<Response> => fetch(`${graph.url}/graphql?${query}`, { headers: { accept: 'text/event-stream' } })
  assert.equal((await stream(`query=${encodeURIComponent('mutation { rename }')}`)).status, 405)
  assert.equal((await stream('variables=x')).status, 400)
  assert.equal(graph.services.titles?.seen.length, 0)
})

test('explain shows a plan as text and as a picture', async () => {
  await using graph = await httpGraph(parts)
  const explain = async (as: string, query: string) =>
    (
      await fetch(`${graph.url}/explain?as=${as}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      })
    ).text()
  assert.match(await explain('text', '{ titles { stars } }'), /^Sequence\n {2}Fetch titles\n[\s\S]*Fetch stars for titles\.@/)
  assert.match(await explain('svg', '{ titles { stars } }'), /^<svg [\s\S]*titles\.@/)
  assert.match(await explain('text', '{ nope }'), /Cannot query field/)
})

test('a canary gets the same callers all the time, and goes back by itself when it does worse', async () => {
  await using graph = await httpGraph(parts)
  const broken = await graph.make({
    ...parts,
    stars: { ...parts.stars, sdl: parts.stars.sdl.replace('stars: Int', 'stars: Int gone: Int') },
  })
  const settings = { percent: 50, requestsMin: 20, errorShareMore: 0.02, latencyTimes: 50 }
  await graph.serving.release(broken, settings)
  const query = '{ titles { name stars } __type(name: "Title") { fields { name } } }'
  const sees = async (member: number): Promise<boolean> =>
    JSON.stringify(await post(graph.url, { query }, { authorization: `Bearer ${member}` })).includes('gone')
  const first = await Promise.all(Array.from({ length: 20 }, (_, member) => sees(member)))
  assert.ok(first.includes(true) && first.includes(false), 'some, not all')
  assert.deepEqual(await Promise.all(Array.from({ length: 20 }, (_, member) => sees(member))), first)
  // A field that only the canary knows and its subgraph does not: every request of the canary fails.
  const failing = async (member: number) => post(graph.url, { query: '{ titles { gone } }' }, { authorization: `Bearer ${member}` })
  for (let member = 0; member < 200 && graph.serving.hasCanary; member += 1) {
    await post(graph.url, { query: '{ titles { name } }' }, { authorization: `Bearer ${member}` })
    if (first[member % 20]) await failing(member % 20)
  }
  assert.equal(graph.serving.hasCanary, false)
  assert.match(graph.verdicts[0]?.why ?? '', /% of its requests fail/)
  assert.deepEqual(
    await Promise.all(Array.from({ length: 20 }, (_, member) => sees(member))),
    first.map(() => false),
  )
})

test('a shadow finds the path where another engine differs, and leaves mutations alone', async () => {
  const seen: (readonly Difference[])[] = []
  const other = async () => ({
    data: { titles: [{ name: 'A' }, { name: 'C' }] },
    errors: [{ message: 'x', path: ['titles'], extensions: { code: 'E' } }],
  })
  const shadow = createShadow<null>({ share: 1, other, onDone: (_request, differences) => seen.push(differences) })
  shadow({ query: '{ titles { name } }' }, null, () => ({ data: { titles: [{ name: 'A' }, { name: 'B' }] } }))
  shadow({ query: 'mutation { rename }' }, null, () => ({ data: {} }))
  await sleep(10)
  assert.deepEqual(seen, [
    [
      { path: 'data.titles.1.name', live: 'B', other: 'C' },
      { path: 'errors at titles', live: undefined, other: 'E' },
    ],
  ])
})

test('answers are kept as long as all their parts allow, for all or for one caller, and forgotten by tag', async () => {
  await using graph = await httpGraph(parts, { cache: { key: 'a key for tests' } })
  const { titles, stars } = graph.services
  assert.ok(titles && stars)
  const fetches = async (query: string, authorization = 'Bearer a'): Promise<number> => {
    const before = titles.seen.length + stars.seen.length
    await post(graph.url, { query }, { authorization })
    return titles.seen.length + stars.seen.length - before
  }
  titles.headers = { 'cache-control': 'public, max-age=60', 'cache-tag': 'titles' }
  const open = '{ titles { name } }'
  assert.deepEqual([await fetches(open), await fetches(open), await fetches(open, 'Bearer b')], [1, 0, 0])
  const control = async (): Promise<string | null> =>
    (await fetch(`${graph.url}/graphql?query=${encodeURIComponent(open)}`, { headers: { authorization: 'Bearer a' } })).headers.get(
      'cache-control',
    )
  assert.match((await control()) ?? '', /^max-age=(60|5\d), public$/, 'the answer says so too')
  const both = '{ titles { name stars } }'
  assert.deepEqual([await fetches(both), await fetches(both)], [2, 2], 'one part may not be kept')
  stars.headers = { 'cache-control': 'private, max-age=60' }
  assert.deepEqual([await fetches(both), await fetches(both), await fetches(both, 'Bearer b')], [2, 0, 2])
  const forget = async (authorization: string): Promise<Response> =>
    fetch(`${graph.url}/cache/forget`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: '{"tags":["titles"]}',
    })
  assert.equal((await forget('Bearer wrong')).status, 403)
  assert.deepEqual(await (await forget('Bearer a key for tests')).json(), { forgotten: 3 })
  assert.equal(await fetches(open), 1)
})
