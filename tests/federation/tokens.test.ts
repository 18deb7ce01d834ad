import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { createClient } from 'graphql-ws'
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { WebSocket } from 'ws'
import { until } from '../member.ts'
import { httpGraph } from './http-graph.ts'

const parts = {
  staff: {
    sdl: `type Query { me: Person } type Subscription { ticks: Int @authenticated }
      type Person { name: String @authenticated salary: Int @requiresScopes(scopes: [["pay:read"]]) grade: String @policy(policies: [["manager"]]) }`,
    resolvers: {
      Query: { me: () => ({ name: 'Ada', salary: 1, grade: 'A' }) },
      Subscription: {
        ticks: {
          subscribe: async function* () {
            for (let ticks = 0; ; ticks += 1) {
              yield { ticks }
              await new Promise((resolve) => setTimeout(resolve, 50))
            }
          },
        },
      },
    },
  },
}

/** An issuer that publishes its keys; `rotate` makes a new one, `down` answers no more. */
const openIssuer = async (stack: AsyncDisposableStack) => {
  const published: object[] = []
  let current: { readonly key: CryptoKey; readonly kid: string }
  const rotate = async (): Promise<void> => {
    const { publicKey, privateKey } = await generateKeyPair('ES256')
    const kid = `key ${published.length}`
    published.push({ ...(await exportJWK(publicKey)), kid, alg: 'ES256' })
    current = { key: privateKey, kid }
  }
  await rotate()
  const server = createServer((_request, response) => response.end(JSON.stringify({ keys: published })))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const down = async (): Promise<void> => {
    server.closeAllConnections()
    if (server.listening) await new Promise((resolve) => server.close(resolve))
  }
  stack.defer(down)
  const token = (claims: Record<string, unknown>, { lives = '5 minutes', issuer = 'idp', audience = 'films' } = {}) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', kid: current.kid })
      .setIssuer(issuer)
      .setAudience(audience)
      .setExpirationTime(lives)
      .sign(current.key)
  return { jwks: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`, token, rotate, down }
}

const open = async (stack: AsyncDisposableStack) => {
  const issuer = await openIssuer(stack)
  const graph = stack.use(await httpGraph(parts, { jwt: { jwks: issuer.jwks, issuer: 'idp', audience: 'films' } }))
  const ask = async (authorization?: string, query = '{ me { name salary grade } }') => {
    const headers = { 'content-type': 'application/json', ...(authorization === undefined ? {} : { authorization }) }
    const response = await fetch(`${graph.url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) })
    const { data, errors } = (await response.json()) as { data?: { me: unknown }; errors?: { extensions: { code: string } }[] }
    return { status: response.status, me: data?.me, code: errors?.[0]?.extensions.code }
  }
  return { ...issuer, graph, ask }
}

test('a token that the issuer signed says what its bearer may read', async () => {
  await using stack = new AsyncDisposableStack()
  const { ask, token, rotate } = await open(stack)
  assert.deepEqual((await ask()).me, { name: null, salary: null, grade: null })
  assert.deepEqual((await ask('Basic YTpi')).me, { name: null, salary: null, grade: null })
  assert.deepEqual((await ask(`Bearer ${await token({})}`)).me, { name: 'Ada', salary: null, grade: null })
  assert.deepEqual((await ask(`Bearer ${await token({ scope: 'a pay:read' })}`)).me, { name: 'Ada', salary: 1, grade: null })
  const both = { scope: ['pay:read'], policies: ['manager'] }
  assert.deepEqual(await ask(`Bearer ${await token(both)}`), { status: 200, me: { name: 'Ada', salary: 1, grade: 'A' }, code: undefined })
  await rotate()
  const renewed = `Bearer ${await token(both)}`
  await until('the new key', 10_000, async () => (await ask(renewed)).status === 200)
})

test('a token that is not valid is refused', async () => {
  await using stack = new AsyncDisposableStack()
  const { ask, token, jwks } = await open(stack)
  const good = await token({ scope: 'pay:read' })
  const [head = '', body = '', signature = ''] = good.split('.')
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const published = Buffer.from(await (await fetch(jwks)).text())
  const shared = await new SignJWT({})
    .setProtectedHeader({ alg: 'HS256', kid: 'key 0' })
    .setIssuer('idp')
    .setAudience('films')
    .setExpirationTime('1h')
    .sign(published)
  for (const [why, bad] of Object.entries({
    expired: await token({}, { lives: '-1 minute' }),
    'of another issuer': await token({}, { issuer: 'other' }),
    'for another audience': await token({}, { audience: 'other' }),
    opaque: 'xyz',
    changed: `${head}.${part({ ...JSON.parse(String(Buffer.from(body, 'base64url'))), scope: 'root' })}.${signature}`,
    unsigned: `${part({ alg: 'none' })}.${body}.`,
    'signed with the public key': shared,
  }))
    assert.deepEqual(await ask(`Bearer ${bad}`), { status: 401, me: undefined, code: 'UNAUTHENTICATED' }, why)
})

test('answers are shared only by those who may read the same, and without keys nobody is let in', async () => {
  await using stack = new AsyncDisposableStack()
  const { ask, token, down } = await open(stack)
  const [rich, poor] = [`Bearer ${await token({ scope: 'pay:read' })}`, `Bearer ${await token({})}`]
  const answers = await Promise.all([rich, poor, undefined, rich, poor].map((bearer) => ask(bearer, '{ me { salary } }')))
  assert.deepEqual(
    answers.map(({ me }) => me),
    [1, null, null, 1, null].map((salary) => ({ salary })),
  )
  await down()
  assert.deepEqual((await ask(rich)).me, { name: 'Ada', salary: 1, grade: null })
  const fresh = stack.use(await httpGraph(parts, { jwt: { jwks: 'http://127.0.0.1:1/jwks.json' } }))
  const response = await fetch(`${fresh.url}/graphql`, { headers: { authorization: rich, accept: 'application/json' } })
  assert.equal(response.status, 503)
})

test('a stream ends when the token that opened it runs out', async () => {
  await using stack = new AsyncDisposableStack()
  const { graph, token } = await open(stack)
  const stream = async (bearer: string) =>
    fetch(`${graph.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${bearer}` },
      body: JSON.stringify({ query: 'subscription { ticks }' }),
    })
  const response = await stream(await token({}, { lives: '2 seconds' }))
  assert.match(await response.text(), /"ticks":0/)
  assert.equal((await stream(await token({}, { lives: '-1 second' }))).status, 401)
})

test('over a WebSocket the token comes with the connection', async () => {
  await using stack = new AsyncDisposableStack()
  const { graph, token } = await open(stack)
  const ask = async (bearer: string) => {
    const connectionParams = { authorization: `Bearer ${bearer}` }
    const client = createClient({
      url: `${graph.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams,
    })
    stack.defer(() => client.dispose())
    return await Array.fromAsync(client.iterate({ query: '{ me { salary } }' }))
  }
  assert.deepEqual(await ask(await token({ scope: 'pay:read' })), [{ data: { me: { salary: 1 } } }])
  await assert.rejects(ask(await token({}, { issuer: 'other' })), (errors: unknown) => {
    assert.match(JSON.stringify(errors), /UNAUTHENTICATED/)
    return true
  })
})
