import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, test } from 'node:test'
import { objectKey } from '#platform/contracts/object-key.ts'
import { packaged } from '#platform/contracts/topics/ingest.packaged.ts'
import { signStream } from '#platform/identity/stream-token.ts'
import { makeFootage } from '../../workers/transcode/footage.ts'
import { makeStream } from '../../workers/transcode/pipeline.ts'
import { bootPlatform, type Platform, temporaryFolder } from '../boot.ts'
import { Device, type Playback, until } from '../member.ts'

const film = 't-0001'
let platform: Platform
let streamUrl = ''

before(async () => {
  platform = await bootPlatform()
  await platform.database.prisma.title.update({ where: { id: film }, data: { maturity: 0 } })
  await using folder = await temporaryFolder()
  const source = await makeFootage(0, 4, { workDir: folder.path })
  const stream = await makeStream(
    { uploadId: 'u-1', titleId: film, workDir: folder.path, fetchSource: async () => source },
    { objects: platform.objects, signal: new AbortController().signal, onProgress: () => undefined },
  )
  await platform.events.publish(packaged, [stream])
  const tv = new Device(platform.links, 'tv')
  await tv.signIn()
  const playback = await until('the film is playable', 10_000, async () => {
    const answer = await tv.play(film)
    return 'streams' in answer && answer
  })
  streamUrl = (playback as Playback).streams[0]?.hls ?? ''
})
after(() => platform[Symbol.asyncDispose]())

const refusal = async (device: Device, titleId = film): Promise<string | undefined> => {
  const answer = await device.play(titleId)
  assert.ok(!JSON.stringify(answer).includes('http'), 'no address in a refusal')
  return 'code' in answer ? answer.code : undefined
}

const status = async (url: string): Promise<number> => {
  const response = await fetch(url)
  await response.arrayBuffer()
  return response.status
}

test('a member with a subscription gets the film', async () => {
  assert.equal(await status(streamUrl), 200)
})

test('a member whose subscription has lapsed gets no address', async () => {
  const tv = new Device(platform.links, 'tv')
  await tv.signIn('lapsed@cinegraph.example')
  assert.equal(await refusal(tv), 'NO_SUBSCRIPTION')
})

test('a member without any subscription gets no address', async () => {
  const tv = new Device(platform.links, 'tv')
  await tv.signIn('new@cinegraph.example')
  assert.equal(await refusal(tv), 'NO_SUBSCRIPTION')
})

test('a member where the title is not licensed gets no address, and does not see it', async () => {
  await platform.database.prisma.availability.create({ data: { titleId: film, region: 'DE', startsAt: new Date(0), endsAt: new Date(1) } })
  const tv = new Device(platform.links, 'tv', { headers: { 'x-country': 'DE' } })
  await tv.signIn()
  assert.equal(await refusal(tv), 'NOT_IN_REGION')
  assert.equal((await tv.ask<{ title: unknown }>('title', { id: film })).data.title, null)
})

test('a kids profile gets no address of a film for adults, and does not see it', async () => {
  await platform.database.prisma.title.update({ where: { id: film }, data: { maturity: 16 } })
  const tv = new Device(platform.links, 'tv')
  await tv.switchProfile('Kids', await tv.signIn())
  assert.equal(await refusal(tv), 'MATURITY')
  assert.equal((await tv.ask<{ title: unknown }>('title', { id: film })).data.title, null)
  await platform.database.prisma.title.update({ where: { id: film }, data: { maturity: 0 } })
})

test('nobody who is not signed in gets an answer', async () => {
  const { errors } = await new Device(platform.links, 'tv').ask('play', { titleId: film })
  assert.equal(errors[0]?.extensions?.code, 'UNAUTHENTICATED')
})

test('a title that does not exist is refused as such', async () => {
  const tv = new Device(platform.links, 'tv')
  await tv.signIn()
  assert.equal(await refusal(tv, 'no-such-title'), 'NOT_FOUND')
})

test('a token that was tampered with, in any place, gets no byte', async () => {
  const url = new URL(streamUrl)
  const [, token = '', ...rest] = url.pathname.split('/')
  const [payload = '', mac = ''] = token.split('.')
  const longer = Buffer.from(JSON.stringify(['streams', 's', 9_999_999_999])).toString('base64url')
  const forged = createHmac('sha256', 'guess').update(`stream ${longer}`).digest().subarray(0, 18).toString('base64url')
  for (const broken of [`${payload}.${mac.slice(0, -2)}AA`, `${longer}.${mac}`, `${longer}.${forged}`, payload, 'x.y', '']) {
    assert.ok([403, 404].includes(await status(`${url.origin}/${broken}/${rest.join('/')}`)), `token ${broken}`)
  }
})

test('a token of one title opens no other, and none opens what is not a stream', async () => {
  const { origin, pathname } = new URL(streamUrl)
  const token = pathname.split('/')[1]
  for (const path of [
    'streams/t-0002/u-1/master.m3u8',
    `streams/${film}/u-1/../../../secrets.json`,
    `streams/${film}/u-1/..%2F..%2F..%2Fsecrets.json`,
    'archive/x',
    'uploads/x',
  ]) {
    assert.ok([403, 404].includes(await status(`${origin}/${token}/${path}`)), path)
  }
})

test('an expired token gets no byte', async () => {
  const prefix = objectKey(new URL(streamUrl).pathname.split('/').slice(2, -1).join('/'))
  const token = signStream({ prefix, sessionId: 's', expiresAt: new Date(Date.now() - 2_000) }, platform.secrets.streamKey)
  const response = await fetch(`${new URL(streamUrl).origin}/${token}/${prefix}/master.m3u8`)
  assert.equal(response.status, 403)
  assert.equal(((await response.json()) as { error: { code: string } }).error.code, 'STREAM_TOKEN_EXPIRED')
})

test('the origin gives nothing to those who are not an edge', async () => {
  const path = new URL(streamUrl).pathname.split('/').slice(2).join('/')
  assert.equal(await status(`${platform.links.origin}/objects/${path}`), 403)
})
