import assert from 'node:assert/strict'
import { test } from 'node:test'
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
