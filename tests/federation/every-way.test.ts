import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { httpGraph } from './http-graph.ts'

const parts = {
  films: {
    sdl: `type Query { film: Film! films(first: Int): [Film!]! @listSize(slicingArguments: ["first"]) } type Subscription { added: Film }
      type Film @key(fields: "id") { id: ID! name: String }`,
    resolvers: {
      Query: { film: () => ({ id: '1', name: 'one' }), films: () => [] },
      Subscription: {
        added: {
          subscribe: async function* () {
            yield { added: { id: '1', name: 'one' } }
          },
        },
      },
    },
  },
}

type Way = (url: string, query: string) => Promise<string>
const post = async (url: string, body: unknown, accept = 'application/json', path = '/graphql'): Promise<string> => {
  const headers = { 'content-type': 'application/json', accept }
  return (await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).text()
}
const get = async (url: string, query: string, accept: string): Promise<string> =>
  (await fetch(`${url}/graphql?query=${encodeURIComponent(query)}`, { headers: { accept } })).text()
const overSocket: Way = async (url, query) => {
  const client = createClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 })
  const outcome = await Array.fromAsync(client.iterate({ query })).catch((error: unknown) => error)
  await client.dispose()
  return JSON.stringify(outcome)
}
const ways: Readonly<Record<string, Way>> = {
  POST: (url, query) => post(url, { query }),
  GET: (url, query) => get(url, query, 'application/json'),
  'a batch': (url, query) => post(url, [{ query }]),
  'parts of an answer': (url, query) => post(url, { query }, 'multipart/mixed;deferSpec=20220824, application/json'),
  'events by POST': (url, query) => post(url, { query }, 'text/event-stream'),
  'events by GET': (url, query) => get(url, query, 'text/event-stream'),
  'a WebSocket': overSocket,
  '/explain': (url, query) => post(url, { query }, 'text/plain', '/explain'),
}
const streamed = ['events by POST', 'events by GET', 'a WebSocket', '/explain']

/** Asks the same in every way, as a query, as one that defers some of it, and as a subscription where there are any. */
const outcomes = async (url: string, queries: { readonly [kind in 'query' | 'defer' | 'subscription']: string }) => {
  const found: (readonly [string, string])[] = []
  for (const [name, ask] of Object.entries(ways))
    for (const [kind, query] of Object.entries(queries))
      if (kind !== 'subscription' || streamed.includes(name)) found.push([`${kind} by ${name}`, await ask(url, query)])
  return found
}

const cheap = {
  query: '{ film { name } }',
  defer: '{ film { id ... @defer { name } } }',
  subscription: 'subscription { added { name } }',
}
const costly = {
  subscription: cheap.subscription,
  query: '{ films(first: 500) { name } }',
  defer: '{ film { id } ... @defer { films(first: 500) { name } } }',
}

test('demand control refuses in every way what costs too much, and lets the rest through', async () => {
  await using graph = await httpGraph(parts, { demand: { mode: 'enforce', costMax: 100, listSize: 10 } })
  for (const [how, answer] of await outcomes(graph.url, costly))
    assert.equal(/COST_ESTIMATED_TOO_EXPENSIVE/.test(answer), !how.startsWith('subscription'), `${how}: ${answer}`)
  for (const [how, answer] of await outcomes(graph.url, cheap))
    assert.doesNotMatch(answer, /COST_ESTIMATED_TOO_EXPENSIVE|rror/, `${how}: ${answer}`)
})

test('demand control counts what subscriptions ask', async () => {
  await using graph = await httpGraph(parts, { demand: { mode: 'enforce', costMax: 1, listSize: 10 } })
  const list = { ...cheap, subscription: 'subscription { added { name } ...More } fragment More on Subscription { added { id } }' }
  for (const [how, answer] of await outcomes(graph.url, list))
    if (how.startsWith('subscription')) assert.match(answer, /COST_ESTIMATED_TOO_EXPENSIVE/, `${how}: ${answer}`)
})

test('where only trusted documents are answered, no way leads around them', async () => {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'cinegraph-trusted-'))
  stack.defer(() => rm(folder, { recursive: true }))
  const file = join(folder, 'documents.json')
  await writeFile(file, JSON.stringify(cheap))
  await using graph = await httpGraph(parts, { trustedDocuments: { file, only: true } })
  const others = Object.fromEntries(
    Object.entries(cheap).map(([kind, text]) => [kind, text.replace('name', 'other: name')]),
  ) as typeof cheap
  const seen = () => graph.services.films?.seen.length
  const before = seen()
  for (const [how, answer] of await outcomes(graph.url, others)) assert.match(answer, /DOCUMENT_NOT_TRUSTED/, `${how}: ${answer}`)
  assert.equal(seen(), before, 'nobody was asked')
  for (const [how, answer] of await outcomes(graph.url, cheap)) assert.doesNotMatch(answer, /rror/, `${how}: ${answer}`)
  assert.match(await post(graph.url, { documentId: 'query' }, 'text/plain', '/explain'), /Fetch films/)
})
