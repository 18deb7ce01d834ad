import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { createLog } from '#platform/observe/log.ts'
import { openHooks } from '../../supergraph/gateway/hooks.ts'
import { parseGatewaySettings } from '../../supergraph/gateway/settings.ts'
import { type HttpGraph, httpGraph, post } from './http-graph.ts'

const film = { id: '1', name: 'one' }
const parts = {
  films: {
    sdl: `type Query { film: Film broken: Int } type Mutation { rename: Film } type Subscription { added: Film }
      type Film @key(fields: "id") { id: ID! name: String }`,
    resolvers: {
      Query: {
        film: () => film,
        broken: () => {
          throw new Error('of the subgraph')
        },
      },
      Mutation: { rename: () => film },
      Subscription: {
        added: {
          subscribe: async function* () {
            yield { added: film }
          },
        },
      },
    },
  },
}

/** A module of hooks with this text, in a folder that goes with the stack. */
const moduleOf = async (stack: AsyncDisposableStack, text: string): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'cinegraph-hooks-'))
  stack.defer(() => rm(folder, { recursive: true }))
  const file = join(folder, 'hooks.ts')
  await writeFile(file, text)
  return file
}

const graphWith = async (stack: AsyncDisposableStack, text: string, settings: object = {}): Promise<HttpGraph> =>
  stack.use(await httpGraph(parts, { hooks: await moduleOf(stack, text), ...settings }))

const query = 'query Film { film { name } }'

test('a hook answers an operation whichever way it comes, and no subgraph is asked', async () => {
  await using stack = new AsyncDisposableStack()
  const { url, services } = await graphWith(
    stack,
    `export const onRequest = ({ operation }: { operation: { operationName?: string } }) =>
      operation.operationName === 'Film' ? { answer: { errors: [{ message: 'not today' }] }, status: 451 } : undefined`,
  )
  const asked = { query, operationName: 'Film' }
  const inText = async (path: string, init: RequestInit = {}): Promise<string> => (await fetch(`${url}${path}`, init)).text()
  const get = `/graphql?operationName=Film&query=${encodeURIComponent(query)}`
  const body = (value: unknown): RequestInit => ({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
  })
  const client = createClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, lazy: true })
  stack.defer(async () => client.dispose())
  const overSocket = async (): Promise<string> => {
    for await (const answer of client.iterate(asked)) return JSON.stringify(answer)
    return ''
  }
  const ways = {
    post: await inText('/graphql', body(asked)),
    get: await inText(get),
    batch: await inText('/graphql', body([asked])),
    events: await inText(get, { headers: { accept: 'text/event-stream' } }),
    parts: await inText(get.replace(/query=.*/, `query=${encodeURIComponent('query Film { film { id ... @defer { name } } }')}`), {
      headers: { accept: 'multipart/mixed;deferSpec=20220824' },
    }),
    socket: await overSocket(),
  }
  for (const [way, answer] of Object.entries(ways)) assert.match(answer, /not today/, way)
  assert.equal((await fetch(`${url}${get}`)).status, 451)
  assert.equal(services.films?.seen.length, 0)
  assert.deepEqual(await post(url, { query: '{ film { name } }' }), { data: { film: { name: 'one' } } })
})

test('callers whom a hook tells apart get answers of their own, also when they ask the same at the same time', async () => {
  await using stack = new AsyncDisposableStack()
  const { url, services } = await graphWith(
    stack,
    `export const onRequest = ({ headers, notes }: any) => void notes.set('user', headers['x-user'])
     export const onSubgraphRequest = ({ headers, notes }: any) => ({ headers: { ...headers, user: notes.get('user') } })
     export const onSubgraphAnswer = ({ answer, headers }: any) => ({ ...answer, data: { film: { name: headers.user } } })`,
  )
  if (services.films) services.films.slow = 100
  const users = Array.from({ length: 8 }, (_, at) => `user${at % 4}`)
  const answers = await Promise.all(users.map((user) => post(url, { query }, { 'x-user': user })))
  assert.deepEqual(
    answers,
    users.map((name) => ({ data: { film: { name } } })),
  )
  assert.deepEqual(new Set(services.films?.seen.map(({ user }) => user)), new Set(users))
  assert.equal(services.films?.seen.length, 4, 'equal fetches of one user are one')
})

test('a hook changes operation, headers, answer and errors, and tells the answer’s headers', async () => {
  await using stack = new AsyncDisposableStack()
  const { url, services } = await graphWith(
    stack,
    `export const onRequest = ({ operation, headers, answerHeaders }: any) => {
       answerHeaders['x-hooked'] = 'yes'
       return { operation: { query: operation.query.replace('title', 'name') }, headers: { ...headers, authorization: 'hooked' } }
     }
     export const onAnswer = (_asked: any, answer: any) => ({ ...answer, data: { ...answer.data, more: 1 } })
     export const onError = (_asked: any, error: any) => ({ ...error, message: 'seen: ' + error.message })`,
  )
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"query":"{ film { title } broken }"}' }
  const answer = await fetch(`${url}/graphql`, init)
  assert.equal(answer.headers.get('x-hooked'), 'yes')
  const { data, errors } = (await answer.json()) as { data: unknown; errors: readonly { message: string }[] }
  assert.deepEqual(data, { film: { name: 'one' }, broken: null, more: 1 })
  assert.deepEqual(
    errors.map(({ message }) => message),
    ['seen: of the subgraph'],
  )
  assert.equal(services.films?.seen[0]?.authorization, 'hooked')
  assert.equal(answer.headers.get('cache-control'), null)
})

test('plans are told as they are made, and what is answered for a subgraph is not asked of it', async () => {
  await using stack = new AsyncDisposableStack()
  const { url, services } = await graphWith(
    stack,
    `const plans: string[] = []
     export const onPlan = ({ fetches }: any) => void plans.push(fetches.map(({ subgraph }: any) => subgraph).join())
     export const onSubgraphRequest = ({ query }: any) => query.includes('film') ? { answer: { data: { film: { name: plans.join(';') } } } } : undefined`,
  )
  assert.deepEqual(await post(url, { query }), { data: { film: { name: 'films' } } })
  assert.deepEqual(await post(url, { query }), { data: { film: { name: 'films' } } })
  assert.equal(services.films?.seen.length, 0)
})

test('a hook that throws refuses the operation, says nothing of why, and nothing is asked', async () => {
  await using stack = new AsyncDisposableStack()
  for (const hook of ['onRequest', 'onSubgraphRequest', 'onAnswer']) {
    const { url, services } = await graphWith(stack, `export const ${hook} = () => { throw new Error('secret') }`)
    const answer = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    })
    const text = await answer.text()
    assert.match(text, /"errors":\[\{/, hook)
    assert.doesNotMatch(text, /secret|one/, hook)
    assert.equal(services.films?.seen.length, hook === 'onAnswer' ? 1 : 0, hook)
  }
})

test('a module that is missing, broken or exports something else stops the start in words', async () => {
  await using stack = new AsyncDisposableStack()
  const open = (hooks: string, settings: object = {}) =>
    openHooks(parseGatewaySettings({ supergraph: 'x', hooks, ...settings }), createLog('test', 'silent'))
  const file = (text: string) => moduleOf(stack, text)
  await assert.rejects(open('/nowhere/hooks.ts'), /hooks \(.*hooks.ts\).*Cannot find module/)
  await assert.rejects(open(await file('export const = 1')), /hooks \(/)
  await assert.rejects(open(await file('export const onRequst = () => 1')), /it exports onRequst, which is none of/)
  await assert.rejects(open(await file('export const onRequest = 1')), /it exports onRequest, which is none of/)
  await assert.rejects(open(await file('')), /it exports none of/)
  await assert.rejects(
    open(await file('export const onSubgraphRequest = () => undefined'), { cache: {} }),
    /cache.*cannot be used with a hook/,
  )
})
