import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPostgresEventLogAdmin } from '#platform/adapters/event-log-admin.postgres.ts'
import { objectKey } from '#platform/contracts/object-key.ts'
import { heartbeats } from '#platform/contracts/topics/playback.heartbeats.ts'
import { payments } from '#platform/contracts/topics/profile.payments.ts'
import { subscriptions } from '#platform/contracts/topics/profile.subscriptions.ts'
import { objectsBelow, readObject } from '#platform/files/read-object.ts'
import { signalsOf } from '../../workers/recs/server.ts'
import { readFile } from '../../workers/telemetry/archive.ts'
import { bootPlatform } from '../boot.ts'
import { Device, until } from '../member.ts'

test('a new subscription, a receipt and a declined payment are each told by exactly one mail, however often the event is delivered', async () => {
  await using platform = await bootPlatform({ workers: true })
  const device = new Device(platform.links, 'web')
  const { accessToken } = await device.signIn('new@cinegraph.example')
  const subscribe = () =>
    fetch(`${platform.links.supergraph}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` },
      body: JSON.stringify({ query: 'mutation { subscribe(planId: "standard") { ... on Membership { active } } }' }),
    })
  await (await subscribe()).arrayBuffer()
  const mailsOf = async (subject: RegExp): Promise<readonly string[]> => {
    const keys = (await platform.mailbox.list(objectKey('sent'))).objects.map(({ key }) => key)
    const texts = await Promise.all(keys.map(async (key) => (await readObject(platform.mailbox, key)).toString('utf8')))
    return texts.filter((text) => subject.test(text))
  }
  const [text = ''] = await until('the mail', 30_000, async () => {
    const mails = await mailsOf(/^Subject: Your .* plan has started$/m)
    return mails.length > 0 && mails
  })
  const { startedAt } = await platform.database.prisma.subscription.findUniqueOrThrow({ where: { accountId: 'a-new' } })
  await platform.events.publish(subscriptions, [
    { accountId: 'a-new', email: 'new@cinegraph.example', planName: 'Standard', startedAt: startedAt.toISOString() },
  ])
  await platform.events.publish(subscriptions, [
    { accountId: 'a-other', email: 'other@cinegraph.example', planName: 'Basic', startedAt: startedAt.toISOString() },
  ])
  await until('the other mail', 30_000, async () => (await mailsOf(/^Subject: Your .* plan has started$/m)).length >= 2)
  assert.equal((await mailsOf(/^Subject: Your .* plan has started$/m)).length, 2)
  await until('the receipt', 30_000, async () => (await mailsOf(/^Subject: Receipt for invoice 1$/m)).length > 0)
  const declined = {
    ...{ accountId: 'a-new', email: 'new@cinegraph.example', planName: 'Standard', reference: 'i:2', outcome: 'declined' as const },
    ...{ invoiceNumber: 2, amountMinor: 1199, currency: 'USD', nextTryAt: null, at: startedAt.toISOString() },
  }
  await platform.events.publish(payments, [declined, declined])
  await platform.events.publish(payments, [{ ...declined, reference: 'i:3' }])
  await until('the last of them', 30_000, async () => (await mailsOf(/was declined$/m)).length >= 2)
  assert.equal((await mailsOf(/was declined$/m)).length, 2)
  assert.equal((await mailsOf(/^Subject: Receipt/m)).length, 1)
  assert.match(text, /^To: new@cinegraph\.example$/m)
  assert.match(await (await fetch(platform.links.mail)).text(), /Your Standard plan has started/)
})

test('every heartbeat is archived, and the hour’s quality figures count each once', async () => {
  await using platform = await bootPlatform({ workers: true })
  const tv = new Device(platform.links, 'tv')
  await tv.signIn()
  for (let at = 1; at <= 5; at += 1) assert.equal(await tv.heartbeat({ titleId: 't-0001', positionMs: at * 10_000 }), 202)
  const archived = async () => {
    const keys = await Array.fromAsync(objectsBelow(platform.objects, objectKey('archive')), ({ key }) => key)
    return (await Promise.all(keys.map((key) => readFile(platform.objects, key)))).flat()
  }
  await until('all are archived', 25_000, async () => (await archived()).length === 5)
  await using admin = await createPostgresEventLogAdmin(platform.database.pool.options.connectionString ?? '')
  await admin.replay(heartbeats, 'telemetry', 'earliest')
  await until('all are delivered and archived a second time', 25_000, async () => (await archived()).length === 10)
  assert.equal(new Set((await archived()).map(({ id }) => id)).size, 5)
  assert.equal(await tv.heartbeat({ titleId: 't-0001', positionMs: 60_000 }), 202)
  const figures = await until('the figures with the last one', 25_000, async () => {
    const [file] = (await platform.objects.list(objectKey('quality'))).objects
    if (file === undefined) return undefined
    const found = JSON.parse((await readObject(platform.objects, file.key)).toString('utf8')) as {
      heartbeats: number
      sessions: number
    }
    return found.heartbeats >= 6 && found
  })
  assert.deepEqual([figures.heartbeats, figures.sessions], [6, 1])
})

test('how far a title was watched is published once per batch, as the furthest share', () => {
  const beat = (positionMs: number, at: number) => ({
    profileId: 'p',
    titleId: 't',
    sessionId: 's',
    deviceId: 'd',
    device: 'tv' as const,
    state: 'playing' as const,
    positionMs,
    durationMs: 100,
    at: new Date(at).toISOString(),
  })
  assert.deepEqual(signalsOf([beat(10, 1_000), beat(60, 3_000), beat(40, 2_000)], new Date(4_000)), [
    { profileId: 'p', titleId: 't', share: 0.6, at: new Date(3_000).toISOString() },
  ])
  const [ahead] = signalsOf([beat(10, Date.parse('9999-12-31T00:00:00Z'))], new Date(5_000))
  assert.equal(ahead?.at, new Date(5_000).toISOString(), 'a clock that runs ahead cannot stay the newest for ever')
})
