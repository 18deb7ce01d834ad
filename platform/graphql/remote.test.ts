import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CinegraphError } from '#platform/errors/errors.ts'
import { dataOrThrow } from '#platform/graphql/operation.ts'
import { remoteGraphql } from '#platform/graphql/remote.ts'
import { createHttp } from '#platform/http/server.ts'
import { readCallerFrom } from '#platform/identity/caller.ts'
import { noneEnded } from '#platform/identity/ended-sessions.ts'
import { createLog } from '#platform/observe/log.ts'
import { breaker } from '#platform/resilience/breaker.ts'
import { policy } from '#platform/resilience/policy.ts'

const nobody = { viewer: null, region: 'US', deviceId: 'd', token: '' }
const keys = {
  accessPublicKey: '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n',
  serviceKey: 'k'.repeat(64),
}

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'fine',
    (error: CinegraphError) => error.code,
  )

test('requests that a service refuses as such are the caller’s fault, and shut it for nobody', async () => {
  await using stack = new AsyncDisposableStack()
  const app = createHttp({ name: 'test', log: createLog('test', 'silent') })
  stack.defer(() => app.close())
  app.post<{ Body: { query: string } }>('/graphql', async ({ body }, reply) => {
    const status = Number(body.query)
    return status === 200 ? { data: {} } : reply.code(status).send({ error: { code: 'INPUT_INVALID', message: 'no' } })
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const ask = policy('test', breaker())(async (_signal, query: string) => remoteGraphql('test', url, 'k')({ query }, nobody))
  for (const status of [400, 413, 415, 422, 431])
    for (let times = 0; times < 30; times += 1) assert.equal(await codeOf(ask(String(status))), 'INPUT_INVALID')
  assert.equal(await codeOf(ask('200')), 'fine')
  for (let times = 0; times < 400; times += 1) await codeOf(ask('500'))
  assert.equal(await codeOf(ask('200')), 'CIRCUIT_OPEN')
})

test('whatever a client puts into its headers can be passed on to the next service, or is left out', async () => {
  const readCaller = readCallerFrom({ region: 'US', regionHeader: 'x-country', addressHeader: 'x-forwarded-for' }, keys, noneEnded)
  for (const odd of ['a\r\nx: y', '\0', 'ключ', '\u2028', 'a b', 'ä'.repeat(200)]) {
    const { deviceId, token, region } = await readCaller({ authorization: `Bearer ${odd}`, 'x-cinegraph-device': odd, 'x-country': odd })
    assert.doesNotThrow(() => new Headers({ deviceId, authorization: `Bearer ${token}`, region }))
    assert.match(deviceId, /^[\x20-\x7e]{1,64}$/)
    assert.equal(token, '')
  }
})

test('an answer that refuses what the caller asked keeps its code; one of a broken service does not', () => {
  const refused = { data: null, errors: [{ message: 'no', extensions: { code: 'BAD_USER_INPUT' } }] }
  assert.throws(() => dataOrThrow(refused), { extensions: { code: 'BAD_USER_INPUT' } })
  const broken = { data: null, errors: [{ message: 'no', extensions: { code: 'INTERNAL_SERVER_ERROR' } }] }
  assert.throws(
    () => dataOrThrow(broken),
    (error) => error instanceof CinegraphError && error.code === 'SUBGRAPH_UNAVAILABLE',
  )
})
