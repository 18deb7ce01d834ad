import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { ingestFailed } from '#platform/contracts/topics/ingest.failed.ts'
import { ingestProgress } from '#platform/contracts/topics/ingest.progress.ts'
import type { GraphqlAnswer } from '#platform/graphql/execute.ts'
import { subscribeOverSse } from '#platform/graphql/over-sse.ts'
import { createIssuer } from '#platform/identity/access-token.ts'
import { operatorEmail } from '../../prisma/seed/members.ts'
import { bootPlatform, type Platform } from '../boot.ts'
import { Device, until } from '../member.ts'
import { ada } from '../subgraph.ts'

const film = 't-0010'
const moved = 'subscription { resumePointMoved { positionMs title { id name } } }'

type Subscribed = { readonly answers: GraphqlAnswer[]; readonly done: Promise<unknown>; readonly stop: () => void }

/** Subscribes until `stop`; resolves once the stream is open. */
const subscribeTo = async (platform: Platform, token: string, query = moved): Promise<Subscribed> => {
  const gone = new AbortController()
  const answers: GraphqlAnswer[] = []
  const headers = { authorization: `Bearer ${token}` }
  const events = subscribeOverSse({ url: `${platform.links.supergraph}/graphql`, headers, request: { query } }, gone.signal)
  const done = Array.fromAsync(events, (answer) => void answers.push(answer)).catch((error) => {
    if (!gone.signal.aborted) throw error
  })
  return { answers, done, stop: () => gone.abort() }
}

for (const remote of [[], ['history']] as const)
  test(`a resume point that moves on the television is pushed live, with its title, to that profile only${remote.length > 0 ? '; also from a subgraph on another machine' : ''}`, async () => {
    await using platform = await bootPlatform({ remote: [...remote] })
    const tv = new Device(platform.links, 'tv')
    const other = new Device(platform.links, 'tv')
    await tv.signIn()
    await other.switchProfile('Grace', await other.signIn())
    const [mine, theirs, nobody] = await Promise.all([
      subscribeTo(platform, tv.token),
      subscribeTo(platform, other.token),
      subscribeTo(platform, ''),
    ])
    await until('the first point', 15_000, async () => {
      await tv.heartbeat({ titleId: film, positionMs: 60_000 })
      return mine.answers.length > 0
    })
    await tv.heartbeat({ titleId: film, positionMs: 240_000 })
    const at = ({ data }: GraphqlAnswer) =>
      (data?.resumePointMoved as { positionMs: number; title: { id: string; name: string } }) ?? undefined
    await until('the second point', 10_000, async () => mine.answers.some((answer) => at(answer)?.positionMs === 240_000))
    assert.equal(at(mine.answers[0] as GraphqlAnswer).title.id, film)
    assert.ok(at(mine.answers[0] as GraphqlAnswer).title.name.length > 0, 'the name comes from the catalogue')
    assert.deepEqual(theirs.answers, [])
    await nobody.done
    assert.equal(nobody.answers[0]?.errors?.[0]?.extensions?.code, 'UNAUTHENTICATED')
    for (const each of [mine, theirs]) each.stop()
    await Promise.all([mine.done, theirs.done])
  })

test('a stream ends when the token that opened it runs out', async () => {
  await using platform = await bootPlatform()
  const token = await createIssuer(platform.secrets.accessPrivateKey, 2).issue(ada)
  const began = Date.now()
  const subscribed = await subscribeTo(platform, token)
  await subscribed.done
  assert.ok(Date.now() - began < 10_000, `${Date.now() - began} ms`)
  assert.deepEqual(subscribed.answers, [])
})

test('an operator subscribes to an upload over a WebSocket; a member may not', async () => {
  await using platform = await bootPlatform()
  const [operator, member] = [new Device(platform.links, 'web'), new Device(platform.links, 'web')]
  await operator.signIn(operatorEmail, 'operator-for-tests')
  await member.signIn()
  const input = { title: 'Live', bytes: 10, sha256: 'a'.repeat(64) }
  const query = 'mutation ($input: StartUploadInput!) { startUpload(input: $input) { id titleId } }'
  const response = await fetch(`${platform.links.supergraph}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${operator.token}` },
    body: JSON.stringify({ query, variables: { input } }),
  })
  const { data } = (await response.json()) as { data: { startUpload: { id: string; titleId: string } } }
  const { id, titleId } = data.startUpload
  const open = (token: string) =>
    createClient({
      url: `${platform.links.supergraph.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: { authorization: `Bearer ${token}` },
    })
  const asked = { query: `subscription { uploadProgress(id: "${id}") { step percent done } }` }
  const refused = open(member.token)
  const [refusal] = await Array.fromAsync(refused.iterate(asked))
  assert.equal(refusal?.errors?.[0]?.extensions?.code, 'FORBIDDEN')
  const client = open(operator.token)
  const events = client.iterate<{ uploadProgress: { step: string; percent: number } }>(asked)
  const next = async () => (await events.next()).value?.data?.uploadProgress
  assert.equal((await next())?.percent, 0)
  await platform.events.publish(ingestProgress, [{ uploadId: id, titleId, step: 'encoding', percent: 40 }])
  assert.deepEqual(await next(), { step: 'encoding', percent: 40, done: false })
  await platform.events.publish(ingestFailed, [{ uploadId: id, titleId, code: 'SOURCE_UNREADABLE', message: 'No picture.' }])
  assert.equal((await next())?.step, 'failed')
  await events.return?.()
  await Promise.all([client.dispose(), refused.dispose()])
})
