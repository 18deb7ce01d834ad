import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { packaged } from '#platform/contracts/topics/ingest.packaged.ts'
import type { SubscribeMutation } from '../../bffs/web/documents.generated.ts'
import { makeFootage } from '../../workers/transcode/footage.ts'
import { makeStream } from '../../workers/transcode/pipeline.ts'
import { addAccount } from '../accounts.ts'
import { bootPlatform, type Platform, temporaryFolder } from '../boot.ts'
import { SharedBrowser } from '../browser.ts'
import { Device, type DeviceKind, type Playback, until } from '../member.ts'

const film = 't-0001'
const browser = new SharedBrowser()
let platform: Platform

before(async () => {
  platform = await bootPlatform()
  await platform.database.prisma.title.update({ where: { id: film }, data: { maturity: 0 } })
  await using folder = await temporaryFolder()
  const source = await makeFootage(0, 8, { workDir: folder.path })
  const stream = await makeStream(
    { uploadId: 'u-1', titleId: film, workDir: folder.path, fetchSource: async () => source },
    { objects: platform.objects, signal: new AbortController().signal, onProgress: () => undefined },
  )
  await platform.events.publish(packaged, [stream])
  const isReady = async () => (await platform.database.prisma.media.count({ where: { titleId: film, state: 'READY' } })) === 1
  await until('the film is playable', 20_000, isReady)
})
after(async () => {
  await browser[Symbol.asyncDispose]()
  await platform?.[Symbol.asyncDispose]()
})

let members = 0
/** Devices of one new member with a plan. */
const member = async (planId: string, kinds: readonly DeviceKind[]): Promise<readonly Device[]> => {
  members += 1
  const email = `streams.${members}@example.org`
  const password = 'correct horse battery'
  const devices = kinds.map((kind) => new Device(platform.links, kind))
  const [first] = devices
  await addAccount(platform.database, { email, password })
  for (const device of devices) await device.signIn(email, password)
  await first?.ask('subscribe', { planId })
  return devices
}
const granted = async (device: Device, stop?: string): Promise<Playback> => {
  const { data } = await device.ask<{ play: Playback }>('play', { titleId: film, ...(stop === undefined ? {} : { stop }) })
  assert.ok('streams' in data.play, JSON.stringify(data))
  return data.play
}
type Refused = {
  readonly code: string
  readonly playing: readonly { readonly sessionId: string; readonly device: string; readonly deviceId: string }[]
}
const refused = async (device: Device): Promise<Refused> => {
  const answer = await device.play(film)
  assert.ok('code' in answer, JSON.stringify(answer))
  return answer as Refused
}

test('a plan of two screens: the third device is told which play, may stop one and play in its place, and that one is told', async () => {
  const [tv, phone, web] = await member('standard', ['tv', 'mobile', 'web'])
  assert.ok(tv && phone && web)
  const [onTv] = [await granted(tv), await granted(phone)]
  const { code, playing } = await refused(web)
  assert.equal(code, 'TOO_MANY_STREAMS')
  assert.deepEqual(
    playing.map(({ device, deviceId }) => [device, deviceId]),
    [
      ['MOBILE', phone.id],
      ['TV', tv.id],
    ],
  )
  await granted(web, onTv.sessionId)
  const stopped = () => tv.beat({ titleId: film, positionMs: 4_000, sessionId: onTv.sessionId })
  await until('the television is told', 20_000, async () => (await stopped()).stopped.includes(onTv.sessionId))
  assert.equal((await refused(tv)).code, 'TOO_MANY_STREAMS')
})

test('a device that says it stopped, or has played to the end, frees its place for another at once', async () => {
  const [tv, phone] = await member('basic', ['tv', 'mobile'])
  assert.ok(tv && phone)
  for (const [state, from, to] of [
    ['stopped', tv, phone],
    ['ended', phone, tv],
  ] as const) {
    const { sessionId } = await granted(from)
    assert.equal((await refused(to)).playing[0]?.sessionId, sessionId)
    await from.heartbeat({ titleId: film, positionMs: 4_000, sessionId, state })
    const next = await until('the place is free', 20_000, async () => {
      const answer = await to.play(film)
      return 'streams' in answer && answer
    })
    await to.heartbeat({ titleId: film, positionMs: 4_000, sessionId: next.sessionId, state: 'stopped' })
    await until('that one too', 20_000, async () => {
      const { rowCount } = await platform.database.pool.query('select 1 from leases.lease where holder = $1', [next.sessionId])
      return rowCount === 0
    })
  }
})

test('heartbeats renew a place once in a while and not each time', async () => {
  const [tv] = await member('basic', ['tv'])
  assert.ok(tv)
  const { sessionId } = await granted(tv)
  const lease = async (): Promise<string> => {
    const { rows } = await platform.database.pool.query<{ until: string }>(
      'select expires_at::text as until from leases.lease where holder = $1',
      [sessionId],
    )
    return rows[0]?.until ?? ''
  }
  const first = await lease()
  await tv.heartbeat({ titleId: film, positionMs: 1_000, sessionId })
  const renewed = await until('the first renews it', 20_000, async () => {
    const now = await lease()
    return now !== first && now
  })
  for (let at = 2; at < 30; at += 1) await tv.heartbeat({ titleId: film, positionMs: at * 1_000, sessionId })
  const { rows } = await platform.database.pool.query(
    `select 1 from event_log.event where topic = 'playback.streams' and data::text like $1`,
    [`%${sessionId}%`],
  )
  assert.equal(rows.length, 1)
  assert.equal(await lease(), renewed)
})

test('the manifests that a device gets hold no picture above the plan, and nothing above it is served', async () => {
  const [tv] = await member('basic', ['tv'])
  assert.ok(tv)
  const read = async (plan: string): Promise<readonly [string, string, number]> => {
    await tv.ask<SubscribeMutation>('subscribe', { planId: plan })
    const { streams, heightMax } = await granted(tv)
    const [stream] = streams
    assert.ok(stream)
    const [hls, dash] = await Promise.all([stream.hls, stream.dash].map(async (url) => (await fetch(url)).text()))
    assert.ok(hls !== undefined && dash !== undefined)
    for (const lines of [...hls.matchAll(/RESOLUTION=\d+x(\d+)/g), ...dash.matchAll(/codecs="avc1[^>]* height="(\d+)"/g)])
      assert.ok(Number(lines[1]) <= heightMax, lines[0])
    return [stream.hls, hls, heightMax]
  }
  const [, all] = await read('premium')
  const tallest = Math.max(...[...all.matchAll(/RESOLUTION=\d+x(\d+)/g)].map(([, lines]) => Number(lines)))
  await platform.database.prisma.plan.update({ where: { id: 'basic' }, data: { heightMax: tallest - 1 } })
  const [url, some] = await read('basic')
  assert.ok(some.includes('RESOLUTION') && !some.includes(`x${tallest}`) && some.includes('TYPE=AUDIO'))
  const [, lowest = ''] = /\/(v\d+\.m3u8)/.exec(some) ?? []
  for (const [name, status] of [
    [`v${tallest}.m3u8`, 403],
    [`v${tallest}/init.mp4`, 403],
    [`v${tallest}/00001.m4s`, 403],
    [lowest, 200],
  ] as const) {
    const response = await fetch(new URL(name, url))
    await response.arrayBuffer()
    assert.equal(response.status, status, name)
  }
})

test('in the page: a film that plays elsewhere is refused with the way out, is played here, and is stopped when it moves on', async () => {
  const [tv] = await member('basic', ['tv'])
  assert.ok(tv)
  const { sessionId } = await granted(tv)
  const page = await (await browser.get()).newPage()
  await page.goto(platform.links.web)
  await page.getByLabel('E-mail').fill(`streams.${members}@example.org`)
  await page.getByLabel('Password').fill('correct horse battery')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Top 10' }).waitFor()
  await page.evaluate((to) => {
    location.hash = to
  }, `#/watch/${film}`)
  await page.getByRole('alert').getByText('plays on one screen at once').waitFor()
  await page.getByRole('button', { name: 'Stop the television, play here' }).click()
  await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 0.5)
  assert.equal(await page.getByRole('alert').count(), 0)
  await until('the television is told', 20_000, async () =>
    (await tv.beat({ titleId: film, positionMs: 4_000, sessionId })).stopped.includes(sessionId),
  )
  const [playing] = (await refused(tv)).playing
  await granted(tv, playing?.sessionId)
  await page.evaluate(() => {
    const video = document.querySelector('video')
    if (video !== null) video.currentTime = 1
  })
  await page.getByRole('alert').getByText('plays on another device in its place').waitFor({ timeout: 40_000 })
  await page.close()
})
