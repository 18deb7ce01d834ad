import assert from 'node:assert/strict'
import { test } from 'node:test'
import { registry } from '#platform/observe/metrics.ts'
import { httpGraph } from './http-graph.ts'

const same = (reference: object): object => reference
const parts = {
  films: {
    sdl: 'type Query { films: [Film!]! film: Film } type Film @key(fields: "id") { id: ID! name: String actors: [Actor!]! } type Actor @key(fields: "id") { id: ID! }',
    resolvers: {
      Query: { films: () => ['1', '2'].map((id) => ({ id })), film: () => ({ id: '1' }) },
      Film: { __resolveReference: same, name: ({ id }: { id: string }) => `film ${id}`, actors: () => [{ id: 'a' }, { id: 'b' }] },
    },
  },
  stars: {
    sdl: 'type Film @key(fields: "id") { id: ID! stars: Int critic: String! } type Actor @key(fields: "id") { id: ID! fame: Int }',
    resolvers: {
      Film: {
        __resolveReference: same,
        stars: ({ id }: { id: string }) => Number(id) + 3,
        critic: ({ id }: { id: string }) => {
          if (id === '2') throw new Error('no critic')
          return 'good'
        },
      },
      Actor: { __resolveReference: same, fame: () => 9 },
    },
  },
  prices: {
    sdl: 'type Query { rate: Int } type Film @key(fields: "id") { id: ID! price: Int }',
    resolvers: { Query: { rate: () => 2 }, Film: { __resolveReference: same, price: () => 5 } },
  },
}

type Part = {
  readonly data?: unknown
  readonly incremental?: readonly { readonly path: unknown; readonly label?: string; readonly data: unknown; readonly errors?: unknown }[]
  readonly errors?: readonly { readonly message: string; readonly path?: unknown }[]
  readonly hasNext?: boolean
}
type Answer = { readonly type: string; readonly parts: readonly (Part & { readonly afterMs: number })[] }

/** Reads the parts of an answer as they come. */
const ask = async (url: string, query: string, variables: object = {}): Promise<Answer> => {
  const began = performance.now()
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'multipart/mixed; deferSpec=20220824, application/json' },
    body: JSON.stringify({ query, variables }),
  })
  const type = response.headers.get('content-type') ?? ''
  if (!type.startsWith('multipart/')) return { type, parts: [{ ...((await response.json()) as Part), afterMs: 0 }] }
  const found: (Part & { readonly afterMs: number })[] = []
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString()
    const pieces = text.split('\r\n---')
    text = pieces.pop() ?? ''
    for (const piece of pieces) {
      const json = piece.split('\r\n\r\n')[1]
      if (json !== undefined) found.push({ ...(JSON.parse(json) as Part), afterMs: performance.now() - began })
    }
  }
  assert.equal(text, '--\r\n', 'the last delimiter ends the answer')
  return { type, parts: found }
}

test('what is deferred comes later, and a slow subgraph that only it needs holds nothing else up', async () => {
  await using graph = await httpGraph(parts)
  const { stars } = graph.services
  assert.ok(stars)
  const query =
    '{ films { name title: id ... on Film @defer(label: "stars") { stars mine: name actors { fame } } ... @defer(label: "price") { price } } }'
  await ask(graph.url, query)
  stars.slow = 300
  const { type, parts: received } = await ask(graph.url, query)
  assert.match(type, /^multipart\/mixed; boundary="-"; deferSpec=20220824$/)
  const [first, ...later] = received
  assert.deepEqual(first?.data, {
    films: [
      { name: 'film 1', title: '1' },
      { name: 'film 2', title: '2' },
    ],
  })
  assert.equal(first?.hasNext, true)
  assert.ok((first?.afterMs ?? 999) < 250, `the first part came after ${first?.afterMs} ms`)
  assert.deepEqual(
    later.map(({ incremental = [] }) => incremental.map(({ label }) => label)),
    [
      ['price', 'price'],
      ['stars', 'stars'],
    ],
  )
  const byLabel = (label: string) => later.flatMap(({ incremental = [] }) => incremental.filter((each) => each.label === label))
  const actors = [{ fame: 9 }, { fame: 9 }]
  assert.deepEqual(byLabel('stars'), [
    { label: 'stars', path: ['films', 0], data: { stars: 4, mine: 'film 1', actors } },
    { label: 'stars', path: ['films', 1], data: { stars: 5, mine: 'film 2', actors } },
  ])
  assert.deepEqual(
    byLabel('price').map(({ data }) => data),
    [{ price: 5 }, { price: 5 }],
  )
  assert.equal(later.at(-1)?.hasNext, false)
})

test('an error in what is deferred makes that null, and comes with it', async () => {
  await using graph = await httpGraph(parts)
  const { parts: received } = await ask(graph.url, '{ all: films { name ...Critic @defer } } fragment Critic on Film { id said: critic }')
  assert.deepEqual(received[0]?.data, { all: [{ name: 'film 1' }, { name: 'film 2' }] })
  assert.equal(received[0]?.errors, undefined)
  const [good, bad] = received[1]?.incremental ?? []
  assert.deepEqual(good, { path: ['all', 0], data: { id: '1', said: 'good' } })
  assert.deepEqual(bad?.data, null)
  const [error] = (bad?.errors ?? []) as readonly { readonly message: string; readonly path: unknown }[]
  assert.deepEqual(error?.path, ['all', 1, 'said'])
  assert.match(error?.message ?? '', /no critic/)
})

test('nothing is deferred when the condition says so, nor for clients that take no parts', async () => {
  await using graph = await httpGraph(parts)
  const query = 'query ($later: Boolean!) { film { name ... @defer(if: $later) { stars } } }'
  const complete = { film: { name: 'film 1', stars: 4 } }
  const off = await ask(graph.url, query, { later: false })
  assert.match(off.type, /^application\/json/)
  assert.deepEqual(off.parts[0]?.data, complete)
  const on = await ask(graph.url, query, { later: true })
  assert.deepEqual(
    on.parts.map(({ data, incremental }) => data ?? incremental),
    [{ film: { name: 'film 1' } }, [{ path: ['film'], data: { stars: 4 } }]],
  )
  const plain = await fetch(`${graph.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: { later: true } }),
  })
  assert.deepEqual(await plain.json(), { data: complete })
  const refused = await ask(graph.url, '{ film { nothing ... @defer { stars } } }')
  assert.match(refused.parts[0]?.errors?.[0]?.message ?? '', /Cannot query field "nothing"/)
})

test('the same fetches are made whether an operation defers or not', async () => {
  await using graph = await httpGraph(parts)
  const count = () => Object.values(graph.services).reduce((sum, { seen }) => sum + seen.length, 0)
  const fetches = async (query: string): Promise<number> => {
    const before = count()
    await ask(graph.url, query)
    return count() - before
  }
  assert.equal(
    await fetches('{ film { name ... @defer { stars critic } ... @defer { price stars } } }'),
    await fetches('{ film { name stars critic price } }'),
  )
})

test('a deferred root field whose subgraph fails comes with its part', async () => {
  await using graph = await httpGraph(parts)
  const { prices } = graph.services
  assert.ok(prices)
  prices.failing = true
  const { parts: received } = await ask(graph.url, '{ film { name } ... @defer { rate } }')
  assert.deepEqual(received[0]?.data, { film: { name: 'film 1' } })
  assert.equal(received[0]?.errors, undefined)
  const [part] = received[1]?.incremental ?? []
  assert.deepEqual(part?.data, { rate: null })
  assert.equal((part?.errors as readonly unknown[] | undefined)?.length, 1)
})

test('an operation that defers too much is answered at once', async () => {
  await using graph = await httpGraph(parts)
  const { type, parts: received } = await ask(graph.url, `{ film { name ${'... @defer { stars } '.repeat(21)} } }`)
  assert.match(type, /^application\/json/)
  assert.deepEqual(received[0]?.data, { film: { name: 'film 1', stars: 4 } })
})

test('all parts of an answer together are no longer than one answer may be', async () => {
  const text = (_: object, { size }: { size: number }) => 'x'.repeat(size)
  const texts = Object.fromEntries(
    ['a', 'b', 'c'].map((name) => [
      name,
      {
        sdl: `type Film @key(fields: "id") { id: ID! ${name}(size: Int!): String! }`,
        resolvers: { Film: { __resolveReference: same, [name]: text } },
      },
    ]),
  )
  const film = {
    sdl: 'type Query { film: Film } type Film @key(fields: "id") { id: ID! }',
    resolvers: { Query: { film: () => ({ id: '1' }) } },
  }
  await using graph = await httpGraph({ film, ...texts }, { limits: { answerBytesMax: 50_000 } })
  const deferred = (sizes: readonly number[]) =>
    `{ film { id ${sizes.map((size, at) => `... @defer(label: "${at}") { ${'abc'[at]}(size: ${size}) }`).join(' ')} } }`
  for (const sizes of [
    [20_000, 20_000, 20_000],
    [40_000, 40_000],
    [1, 49_500, 1_000],
  ]) {
    const { type, parts: received } = await ask(graph.url, deferred(sizes))
    assert.match(type, /^multipart/)
    assert.ok(JSON.stringify(received).length < 52_000, `${sizes}: ${JSON.stringify(received).length}`)
    const last = JSON.stringify(received.at(-1))
    assert.match(last, /ANSWER_TOO_LARGE/, `${sizes}: ${last.slice(0, 200)}`)
    assert.equal(received.at(-1)?.hasNext, false)
  }
  const { parts: fits } = await ask(graph.url, deferred([20_000, 20_000, 1]))
  assert.doesNotMatch(JSON.stringify(fits), /ANSWER_TOO_LARGE/)
})

test('an answer in parts is counted as one operation, which failed when one of its parts did', async () => {
  await using graph = await httpGraph(parts)
  const counted = async (outcome: string): Promise<number> => {
    const metrics = await registry.metrics()
    return Number(new RegExp(`cinegraph_operation_seconds_count\\{outcome="${outcome}"\\} (\\d+)`).exec(metrics)?.[1] ?? 0)
  }
  const before = [await counted('fine'), await counted('failed')] as const
  const query = '{ film { name ... @defer { stars } } }'
  const { stars } = graph.services
  assert.ok(stars)
  await ask(graph.url, query)
  assert.deepEqual([await counted('fine'), await counted('failed')], [before[0] + 1, before[1]])
  stars.failing = true
  await ask(graph.url, query)
  assert.deepEqual([await counted('fine'), await counted('failed')], [before[0] + 1, before[1] + 1])
})

test('a deferred field that may not be null makes one error when its subgraph is down', async () => {
  await using graph = await httpGraph(parts)
  await graph.services.stars?.stop()
  for (const query of ['{ film { name ... @defer { critic } } }', '{ films { name ... @defer { c: critic stars } } }']) {
    const { parts: found } = await ask(graph.url, query)
    const errors = found.flatMap(({ incremental = [] }) => incremental.flatMap((entry) => (entry.errors ?? []) as { path: unknown }[]))
    const places = errors.map(({ path }) => JSON.stringify(path))
    assert.ok(places.length > 0, JSON.stringify(found))
    assert.deepEqual(places, [...new Set(places)], JSON.stringify(found))
    const objects = places.map((place) => place.replace(/,"\w+"]$/, ']'))
    assert.deepEqual(objects, [...new Set(objects)], JSON.stringify(found))
  }
})

test('what is deferred for a type that an object does not have is not sent, whatever the fragments around it say', async () => {
  const named = ['1', '2'].map((id) => ({ __typename: id === '1' ? 'U' : 'P', id, name: `n${id}` }))
  await using graph = await httpGraph({
    a: {
      sdl: `interface Node { id: ID! } type U implements Node @key(fields: "id") { id: ID! age: Int }
        type D implements Node @key(fields: "id") { id: ID! owner: String }`,
      resolvers: { U: { __resolveReference: same, age: () => 7 }, D: { __resolveReference: same, owner: () => 'o' } },
    },
    b: {
      sdl: `interface Named { name: String! } type U implements Named @key(fields: "id") { id: ID! name: String! }
        type P implements Named { name: String! } type Query { named: [Named] users: [Named] }`,
      resolvers: { Query: { named: () => named.slice(0, 1), users: () => named } },
    },
  })
  const sent = async (query: string) =>
    (await ask(graph.url, query)).parts.flatMap(({ data, incremental }) => data ?? incremental ?? []) as readonly unknown[]
  const u = { named: [{ name: 'n1' }] }
  const users = { users: [{ name: 'n1' }, { name: 'n2' }] }
  assert.deepEqual(await sent('{ named { name ... on Node { ... on D @defer { owner } } } }'), [u])
  assert.deepEqual(await sent('{ named { name ... on Node @defer { ... on D { owner } } } }'), [u])
  assert.deepEqual(await sent('{ users { name ... on Node @defer { id } } }'), [users, { path: ['users', 0], data: { id: '1' } }])
  assert.deepEqual(
    await sent('{ users { name ...Age } } fragment Age on Node { ... on U @defer { years: age } ... on D @defer { owner } }'),
    [users, { path: ['users', 0], data: { years: 7 } }],
  )
})
