import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client'
import { Defer20220824Handler, GraphQL17Alpha9Handler } from '@apollo/client/incremental'
import { GraphQLWsLink } from '@apollo/client/link/subscriptions'
import { generate } from '@graphql-codegen/cli'
import { Client, fetchExchange, subscriptionExchange } from '@urql/core'
import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery } from 'graphql'
import { createClient as createSseClient } from 'graphql-sse'
import { createClient as createWsClient } from 'graphql-ws'
import relay from 'relay-runtime'
import { WebSocket } from 'ws'
import { type HttpGraph, httpGraph } from './http-graph.ts'

const parts = {
  films: {
    sdl: `type Query { films: [Film!]! film: Film } type Subscription { added: Film }
      type Film @key(fields: "id") { id: ID! name: String }`,
    resolvers: {
      Query: { films: () => ['1', '2'].map((id) => ({ id, name: `film ${id}` })), film: () => ({ id: '1', name: 'film 1' }) },
      Subscription: {
        added: {
          subscribe: async function* () {
            for (const id of ['1', '2', '3']) yield { added: { id, name: `film ${id}` } }
          },
        },
      },
    },
  },
  stars: {
    sdl: 'type Film @key(fields: "id") { id: ID! stars: Int critic: String! }',
    resolvers: {
      Film: {
        __resolveReference: (film: object) => film,
        stars: ({ id }: { id: string }) => Number(id) + 3,
        critic: () => {
          throw new Error('no critic')
        },
      },
    },
  },
}
let graph: HttpGraph
before(async () => {
  graph = await httpGraph(parts)
})
after(() => graph[Symbol.asyncDispose]())

const added = ['1', '2', '3'].map((id) => ({ id, name: `film ${id}`, stars: Number(id) + 3 }))
const subscription = 'subscription Added { added { id name stars } }'
const types: string[] = []
/** The media types of answers, as the client asked for them. */
const noting: typeof fetch = async (input, init) => {
  const response = await fetch(input, init)
  types.push((response.headers.get('content-type') ?? '').split(';').join(';'))
  return response
}
const apollo = (options: Partial<ApolloClient.Options> = {}): ApolloClient =>
  new ApolloClient({ cache: new InMemoryCache(), link: new HttpLink({ uri: `${graph.url}/graphql`, fetch: noting }), ...options })

/** What an observable gives until it ends. */
const all = <T>(
  observable: { subscribe: (observer: object) => unknown },
  isLast: (value: T) => boolean = () => false,
): Promise<readonly T[]> =>
  new Promise((resolve, reject) => {
    const values: T[] = []
    observable.subscribe({
      next: (value: T) => {
        values.push(value)
        if (isLast(value)) resolve(values)
      },
      error: reject,
      complete: () => resolve(values),
    })
  })

test('Apollo Client asks, and gets what it deferred in either form of parts', async () => {
  const plain = await apollo().query({ query: gql('query Films { films { id name stars } }') })
  assert.equal(
    JSON.stringify(plain.data),
    JSON.stringify({ films: ['1', '2'].map((id) => ({ __typename: 'Film', id, name: `film ${id}`, stars: Number(id) + 3 })) }),
  )
  for (const [handler, type] of [
    [new Defer20220824Handler(), 'deferSpec=20220824'],
    [new GraphQL17Alpha9Handler(), 'incrementalSpec=v0.2'],
  ] as const) {
    const query = gql('query Later { films { id name ... on Film @defer(label: "stars") { stars } } }')
    const { data } = await apollo({ incrementalHandler: handler as Defer20220824Handler }).query<{
      films: readonly { readonly stars: number }[]
    }>({ query })
    assert.deepEqual(
      data?.films.map(({ stars }) => stars),
      [4, 5],
      type,
    )
    assert.match(types.at(-1) ?? '', new RegExp(`^multipart/mixed.*${type.replace('.', '\\.')}`))
  }
})

test('Apollo Client subscribes in the parts of one response, and over a WebSocket', async () => {
  type Added = { readonly data?: { readonly added: object } }
  const client = createWsClient({ url: `${graph.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket })
  for (const link of [undefined, new GraphQLWsLink(client)]) {
    const results = await all<Added>(apollo(link === undefined ? {} : { link }).subscribe({ query: gql(subscription) }))
    assert.deepEqual(
      results.map(({ data }) => JSON.parse(JSON.stringify(data?.added))),
      added.map(({ id, name, stars }) => ({ __typename: 'Film', id, name, stars })),
    )
  }
  assert.match(
    types.find((type) => type.includes('subscriptionSpec')) ?? '',
    /^multipart\/mixed; boundary="graphql"; subscriptionSpec=1\.0$/,
  )
  await client.dispose()
})

test('urql asks, gets what it deferred, and subscribes by events', async () => {
  const sse = createSseClient({ url: `${graph.url}/graphql` })
  const client = new Client({
    url: `${graph.url}/graphql`,
    preferGetMethod: false,
    fetch: noting,
    exchanges: [
      subscriptionExchange({
        forwardSubscription: (operation) => ({
          subscribe: (sink) => ({
            unsubscribe: sse.subscribe({ query: operation.query ?? '', variables: operation.variables ?? {} }, sink as never),
          }),
        }),
      }),
      fetchExchange,
    ],
  })
  const { data } = await client.query('query Films { films { id stars } }', {}).toPromise()
  assert.deepEqual(JSON.parse(JSON.stringify(data)).films.length, 2)
  assert.match(types.at(-1) ?? '', /^application\/(graphql-response\+)?json/)
  const deferred = await all<{ readonly data: { readonly film?: { readonly stars?: number } }; readonly hasNext: boolean }>(
    {
      subscribe: (observer: object) =>
        client.query('query Later { film { id ... @defer { stars } } }', {}).subscribe((observer as { readonly next: never }).next),
    },
    ({ hasNext }) => !hasNext,
  )
  assert.equal(deferred.at(-1)?.data.film?.stars, 4)
  const received: unknown[] = []
  const finished = Promise.withResolvers<void>()
  client.subscription(subscription, {}).subscribe(({ data: event }) => {
    received.push(event?.added)
    if (received.length === 3) finished.resolve()
  })
  await finished.promise
  assert.deepEqual(JSON.parse(JSON.stringify(received)), added)
  sse.dispose()
})

test('graphql-sse subscribes over connections of its own, and many operations over one', async () => {
  for (const singleConnection of [false, true] as const) {
    const client = createSseClient({
      url: `${graph.url}/graphql${singleConnection ? '/stream' : ''}`,
      singleConnection: singleConnection as never,
    })
    const iterate = (query: string) => Array.fromAsync(client.iterate({ query }) as AsyncIterable<{ readonly data?: unknown }>)
    const [events, [answer]] = await Promise.all([iterate(subscription), iterate('{ film { name } }')])
    assert.deepEqual(
      events.map(({ data }) => data),
      added.map((film) => ({ added: film })),
    )
    assert.deepEqual(answer?.data, { film: { name: 'film 1' } })
    const [refused] = await Array.fromAsync(
      client.iterate({ query: '{ nothing }' }) as AsyncIterable<{ errors?: readonly { message: string }[] }>,
    )
    assert.match(refused?.errors?.[0]?.message ?? '', /Cannot query field "nothing"/)
    client.dispose()
  }
})

test('Relay’s network layer asks', async () => {
  const { Environment, Network, Observable, RecordSource, Store } = relay
  const ask = async (text: string, accept: string): Promise<Response> =>
    noting(`${graph.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept },
      body: JSON.stringify({ query: text, variables: {}, doc_id: undefined, id: undefined }),
    })
  const network = Network.create(({ text }) =>
    Observable.create((sink) => {
      void ask(String(text), 'application/graphql-response+json, application/json').then(async (response) => {
        sink.next((await response.json()) as never)
        sink.complete()
      }, sink.error)
    }),
  )
  const environment = new Environment({ network, store: new Store(new RecordSource()) })
  const answered = environment.getNetwork().execute(
    {
      text: 'query Films { films { __typename id stars } }',
      name: 'Films',
      operationKind: 'query',
      id: null,
      cacheID: 'x',
      metadata: {},
    } as never,
    {},
    {},
    null,
  )
  const [payload] = await all<{ readonly data: { readonly films: readonly object[] } }>(answered as never)
  assert.equal(payload?.data.films.length, 2)
})

test('GraphQL Code Generator reads the schema by its URL and writes the types of an operation', async () => {
  const written = await generate(
    {
      schema: `${graph.url}/graphql`,
      documents: 'query Films { films { id name stars } }',
      generates: { 'films.ts': { plugins: ['typescript', 'typescript-operations'] } },
      silent: true,
    },
    false,
  )
  const text = String(written.map(({ content }: { content: string }) => content).join('\n'))
  assert.match(text, /export type Film = \{[^}]*stars\?: Maybe<Scalars\['Int'\]/)
  assert.match(text, /export type FilmsQuery/)
})

test('Apollo Sandbox asks for the schema in every form of introspection, from its own page where it may', async () => {
  await using open = await httpGraph(parts, { corsOrigins: ['https://studio.apollographql.com'] })
  const origin = 'https://studio.apollographql.com'
  const preflight = await fetch(`${open.url}/graphql`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,apollographql-client-name,x-apollo-operation-name',
    },
  })
  assert.ok(preflight.ok)
  assert.equal(preflight.headers.get('access-control-allow-origin'), origin)
  assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /content-type/i)
  const all = { schemaDescription: true, specifiedByUrl: true, directiveIsRepeatable: true, inputValueDeprecation: true, oneOf: true }
  for (const options of [{}, all]) {
    const answer = await fetch(`${open.url}/graphql`, {
      method: 'POST',
      headers: { origin, 'content-type': 'application/json', 'apollographql-client-name': 'sandbox', 'apollo-require-preflight': 'true' },
      body: JSON.stringify({ operationName: 'IntrospectionQuery', query: getIntrospectionQuery(options), variables: {} }),
    })
    const { data, errors } = (await answer.json()) as { readonly data: IntrospectionQuery; readonly errors?: unknown }
    assert.equal(errors, undefined)
    assert.ok(buildClientSchema(data).getType('Film'))
    assert.equal(answer.headers.get('access-control-allow-origin'), origin)
  }
})
