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
    // NOTE: what would come to the wrong profile comes before what it causes itself later.
    await until('the other profile gets its own', 15_000, async () => {
      await other.heartbeat({ titleId: film, positionMs: 7_000 })
      return theirs.answers.length > 0
    })
    for (const answer of theirs.answers) assert.equal(at(answer)?.positionMs, 7_000, 'and nothing of another')
    await nobody.done
    assert.equal(nobody.answers[0]?.errors?.[0]?.extensions?.code, 'UNAUTHORIZED_FIELD_OR_TYPE')
    for (const each of [mine, theirs]) each.stop()
    await Promise.all([mine.done, theirs.done])
  })

test('a stream ends when the token that opened it runs out', async () => {
  await using platform = await bootPlatform()
  const seconds = 6
  const token = await createIssuer(platform.secrets.accessPrivateKey, seconds).issue(ada)
  const began = Date.now()
  const subscribed = await subscribeTo(platform, token)
  const television = new Device(platform.links, 'tv')
  await television.signIn()
  await until('an event comes while the token is good', 5_000, async () => {
    await television.heartbeat({ titleId: film, positionMs: 60_000 })
    return subscribed.answers.length > 0
  })
  await subscribed.done
  const tookMs = Date.now() - began
  assert.ok(tookMs > seconds * 1000 - 1_500 && tookMs < 20_000, `${tookMs} ms`)
  for (const { errors } of subscribed.answers) assert.equal(errors, undefined)
})

for (const remote of [[], ['history']] as const)
  test(`a stream ends within seconds after its session${remote.length > 0 ? '; also from a subgraph on another machine' : ''}, and those of other sessions go on`, async () => {
    await using platform = await bootPlatform({ remote: [...remote] })
    const [leaving, staying] = [new Device(platform.links, 'tv'), new Device(platform.links, 'tv')]
    const { refreshToken } = await leaving.signIn()
    await staying.signIn()
    const [ends, goesOn] = [await subscribeTo(platform, leaving.token), await subscribeTo(platform, staying.token)]
    await until('both are open', 15_000, async () => {
      await staying.heartbeat({ titleId: film, positionMs: 60_000 })
      return ends.answers.length > 0 && goesOn.answers.length > 0
    })
    await leaving.ask('signOut', { refreshToken })
    const ended = { isEnded: false }
    void ends.done.then(() => Object.assign(ended, { isEnded: true }))
    await until('the stream of the session that ended ends', 10_000, async () => ended.isEnded)
    const [before, after] = [goesOn.answers.length, ends.answers.length]
    await until('the other goes on', 15_000, async () => {
      await staying.heartbeat({ titleId: film, positionMs: 90_000 })
      return goesOn.answers.length > before
    })
    assert.equal(ends.answers.length, after)
    for (const { errors } of ends.answers) assert.equal(errors, undefined)
    goesOn.stop()
    await goesOn.done
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
  assert.equal(refusal?.errors?.[0]?.extensions?.code, 'UNAUTHORIZED_FIELD_OR_TYPE')
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

test('an account has a hundred subscriptions, over however many connections; another account has its own', {
  timeout: 120_000,
}, async () => {
  await using platform = await bootPlatform()
  const [mine, theirs] = [new Device(platform.links, 'tv'), new Device(platform.links, 'tv')]
  await mine.signIn()
  await theirs.signIn('lapsed@cinegraph.example')
  const open = await Promise.all(Array.from({ length: 100 }, () => subscribeTo(platform, mine.token)))
  const refused = await subscribeTo(platform, mine.token)
  await refused.done
  assert.equal(refused.answers[0]?.errors?.[0]?.extensions?.code, 'TOO_MANY_SUBSCRIPTIONS')
  const other = await subscribeTo(platform, theirs.token)
  const first = open.shift()
  first?.stop()
  await first?.done
  await until('its place is free again', 10_000, async () => {
    const again = await subscribeTo(platform, mine.token)
    const ended = await Promise.race([again.done.then(() => true), new Promise<boolean>((resolve) => setTimeout(resolve, 500, false))])
    open.push(again)
    return !ended
  })
  assert.deepEqual(other.answers, [])
  for (const each of [...open, other]) each.stop()
  await Promise.all([...open, other].map(({ done }) => done))
})
