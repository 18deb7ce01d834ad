import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ViewingHistoryQuery } from '../../bffs/web/documents.generated.ts'
import { bootPlatform } from '../boot.ts'
import { Device, until } from '../member.ts'

const film = 't-0010'

test('a heartbeat on the television moves the resume point of the phone within 10 s', async () => {
  await using platform = await bootPlatform()
  const tv = new Device(platform.links, 'tv')
  const phone = new Device(platform.links, 'mobile')
  await Promise.all([tv.signIn(), phone.signIn()])
  assert.equal(await tv.heartbeat({ titleId: film, positionMs: 180_000 }), 202)
  await until('the phone resumes at three minutes', 10_000, async () => (await phone.resumeAtMs(film)) === 180_000)
})

test('an older heartbeat that arrives late does not move the resume point back', async () => {
  await using platform = await bootPlatform()
  const tv = new Device(platform.links, 'tv')
  const phone = new Device(platform.links, 'mobile')
  await Promise.all([tv.signIn(), phone.signIn()])
  const now = Date.now()
  await tv.heartbeat({ titleId: film, positionMs: 180_000, at: new Date(now) })
  await until('the newer one is there', 10_000, async () => (await phone.resumeAtMs(film)) === 180_000)
  await tv.heartbeat({ titleId: film, positionMs: 60_000, at: new Date(now - 5_000) })
  await tv.heartbeat({ titleId: 't-0011', positionMs: 1_000 })
  await until('a later heartbeat has been taken in', 10_000, async () => (await phone.resumeAtMs('t-0011')) === 1_000)
  assert.equal(await phone.resumeAtMs(film), 180_000)
})

test('a device whose clock runs ahead cannot hold the resume point for ever', async () => {
  await using platform = await bootPlatform()
  const phone = new Device(platform.links, 'mobile')
  await phone.signIn()
  await phone.heartbeat({ titleId: film, positionMs: 60_000, at: new Date(Date.now() + 86_400_000) })
  await until('the first is there', 10_000, async () => (await phone.resumeAtMs(film)) === 60_000)
  await phone.heartbeat({ titleId: film, positionMs: 90_000, at: new Date(Date.now() + 1_000) })
  await until('the second one stands', 10_000, async () => (await phone.resumeAtMs(film)) === 90_000)
})

test('a heartbeat needs a signed-in member and a shape that can be read', async () => {
  await using platform = await bootPlatform()
  const tv = new Device(platform.links, 'tv')
  assert.equal(await tv.heartbeat({ titleId: film, positionMs: 1 }), 401)
  await tv.signIn()
  assert.equal(await tv.heartbeat({ titleId: film, positionMs: -1 }), 400)
})

test('one profile never sees what another has watched', async () => {
  await using platform = await bootPlatform()
  const ada = new Device(platform.links, 'mobile')
  const grace = new Device(platform.links, 'mobile')
  await ada.signIn()
  await grace.switchProfile('Grace', await grace.signIn())
  await ada.heartbeat({ titleId: film, positionMs: 120_000 })
  await until('Ada resumes', 10_000, async () => (await ada.resumeAtMs(film)) === 120_000)
  assert.equal(await grace.resumeAtMs(film), 0)
})

/** Sends reports in one request, as a player that was offline does. */
const sendAll = async (
  url: string,
  device: Device,
  beats: readonly object[],
): Promise<{ status: number; accepted?: number; after: number }> => {
  const response = await fetch(`${url}/heartbeat`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${device.token}`, 'x-cinegraph-device': device.id },
    body: JSON.stringify(beats),
  })
  const { accepted } = (await response.json()) as { accepted?: number }
  return { status: response.status, after: Number(response.headers.get('retry-after')), ...(accepted === undefined ? {} : { accepted }) }
}
const beatOf = (titleId: string, n: number): object => ({
  ...{ titleId, sessionId: `s-${n}`, state: 'playing', positionMs: n, durationMs: 600_000, at: new Date().toISOString() },
})

test('reports of titles that do not exist are left out, and those of films beside them are kept', async () => {
  await using platform = await bootPlatform()
  const device = new Device(platform.links, 'tv')
  await device.signIn()
  const since = new Date()
  const madeUp = ['t-9999', '__proto__', 'x'.repeat(64), 't-0010 ', 'T-0010']
  const beats = [...madeUp, film, ...madeUp].map(beatOf)
  const first = await sendAll(platform.links.tv, device, beats)
  assert.deepEqual([first.status, first.accepted], [202, 1])
  const second = await sendAll(platform.links.tv, device, madeUp.map(beatOf))
  assert.deepEqual([second.status, second.accepted], [202, 0])
  const reported = async () => {
    const { viewings } = (await device.ask<ViewingHistoryQuery>('viewingHistory')).data.viewingHistory
    return viewings.flatMap(({ titleId, lastAt, positionMs }) => (new Date(lastAt) >= since ? [{ titleId, positionMs }] : []))
  }
  await until('the film is in the history', 10_000, async () => (await reported()).length > 0)
  assert.deepEqual(await reported(), [{ titleId: film, positionMs: madeUp.length }])
})

test('a profile reports as much as many devices that were offline do, and no more', async () => {
  await using platform = await bootPlatform()
  const [flood, other] = [new Device(platform.links, 'tv'), new Device(platform.links, 'tv')]
  await other.switchProfile('Grace', await other.signIn())
  await flood.signIn()
  const batch = Array.from({ length: 100 }, (_, n) => beatOf(film, n))
  const answers = []
  for (let n = 0; n < 30; n += 1) answers.push(await sendAll(platform.links.tv, flood, batch))
  const taken = answers.filter(({ status }) => status === 202).length
  assert.ok(taken >= 10 && taken < 25, `${taken} batches were taken`)
  const refused = answers.filter(({ status }) => status === 429)
  assert.equal(refused.length, 30 - taken)
  for (const { after } of refused) assert.ok(after >= 1 && after <= 20, `to be tried again in ${after} s`)
  assert.equal(await other.heartbeat({ titleId: film, positionMs: 1_000 }), 202, 'nobody else is in the way')
})
