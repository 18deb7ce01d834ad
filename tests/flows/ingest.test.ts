import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import encoder from '@ffmpeg-installer/ffmpeg'
import { objectKey } from '#platform/contracts/object-key.ts'
import { objectsBelow } from '#platform/files/read-object.ts'
import { registry } from '#platform/observe/metrics.ts'
import { operatorEmail } from '../../prisma/seed/members.ts'
import { ingestFilm } from '../../start/ingest.ts'
import { makeFootage } from '../../workers/transcode/footage.ts'
import { bootPlatform, type Platform, temporaryFolder } from '../boot.ts'
import { type TestFilm, testFilm } from '../footage.ts'
import { Device, type DeviceKind, type Playback, until } from '../member.ts'

const run = promisify(execFile)
const kinds: readonly DeviceKind[] = ['tv', 'mobile', 'web']
let platform: Platform
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let film: TestFilm
let titleId = ''
const steps: string[] = []

const operator = () => ({ supergraph: platform.links.supergraph, operator: { email: operatorEmail, password: 'operator-for-tests' } })

before(async () => {
  platform = await bootPlatform({ workers: true })
  folder = await temporaryFolder()
  film = await testFilm(folder.path)
  ;({ titleId } = await ingestFilm(
    { file: film.file, title: 'Croatia', kind: 'FILM', maturity: 0, genres: ['Documentary'] },
    { ...operator(), onProgress: (step) => steps.push(step) },
  ))
})
after(async () => {
  await platform[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

const playOn = async (kind: DeviceKind): Promise<Playback> => {
  const device = new Device(platform.links, kind, { id: `${kind}-1` })
  await device.signIn()
  const answer = await device.play(titleId)
  assert.ok('streams' in answer, 'code' in answer ? answer.message : '')
  return answer
}

/** The mean volume of everything that an address leads to, in dB below full scale. */
const meanVolume = async (url: string): Promise<number> => {
  const { stderr } = await run(encoder.path, ['-i', url, '-vn', '-af', 'volumedetect', '-f', 'null', '-'], { timeout: 60_000 })
  return Number(/mean_volume: (-?[\d.]+) dB/.exec(stderr)?.[1] ?? Number.NEGATIVE_INFINITY)
}

/** Decodes everything that an address leads to. Gives how far it came, in ms; throws when a frame is broken. */
const decode = async (url: string): Promise<number> => {
  const { stderr } = await run(encoder.path, ['-xerror', '-i', url, '-f', 'null', '-'], { timeout: 60_000 })
  const [, hours = 0, minutes = 0, seconds = 0] = [...stderr.matchAll(/time=(\d+):(\d+):([\d.]+)/g)].at(-1)?.map(Number) ?? []
  return Math.round((hours * 3600 + minutes * 60 + seconds) * 1000)
}

test('an uploaded film plays on all three devices, from both edges', async (t) => {
  t.diagnostic(film.what)
  for (const kind of kinds) {
    const { streams, durationMs } = await playOn(kind)
    assert.ok(Math.abs(durationMs - film.durationMs) <= 40, `${durationMs} ms is the film, to one frame`)
    assert.equal(streams.length, 2)
    for (const { hls, dash } of streams) {
      const [playlist, manifest] = await Promise.all([fetch(hls), fetch(dash)])
      assert.equal(playlist.headers.get('content-type'), 'application/vnd.apple.mpegurl')
      assert.equal(manifest.headers.get('content-type'), 'application/dash+xml')
      assert.match(await playlist.text(), /^#EXTM3U/)
      assert.match(await manifest.text(), /<MPD /)
    }
  }
  assert.ok(steps.includes('uploading') && steps.at(-1) === 'published', steps.join(' '))
})

test('a crowd at one segment costs one fetch from the origin', async () => {
  const { streams } = await playOn('web')
  const url = `${(streams[1]?.hls ?? '').replace('master.m3u8', '')}v240/00001.m4s`
  const fills = async () => Number(/cinegraph_edge_fills_total\{outcome="200"\} (\d+)/.exec(await registry.metrics())?.[1] ?? 0)
  const before = await fills()
  const answers = await Promise.all(Array.from({ length: 200 }, () => fetch(url)))
  const bodies = await Promise.all(answers.map(async (answer) => Buffer.from(await answer.arrayBuffer())))
  assert.ok(bodies.every((body) => body.equals(bodies[0] ?? Buffer.alloc(0))))
  assert.equal((await fills()) - before, 1)
  const again = await fetch(url, { method: 'HEAD' })
  assert.equal(again.headers.get('x-cache'), 'HIT')
})

test('ffmpeg reads the HLS playlist and the DASH manifest to the end, each as long as the film', async () => {
  const { streams } = await playOn('web')
  for (const url of [streams[0]?.hls ?? '', streams[1]?.dash ?? '']) {
    const reached = await decode(url)
    assert.ok(Math.abs(reached - film.durationMs) < 100, `${reached} ms of ${url}`)
  }
})

test('the film is as loud on every device as the file that was uploaded', async () => {
  const source = await meanVolume(film.file)
  assert.ok(source > -40, `what is uploaded can be heard: ${source} dB`)
  for (const kind of kinds) {
    const { streams } = await playOn(kind)
    for (const url of [streams[0]?.hls ?? '', streams[1]?.dash ?? '']) {
      const volume = await meanVolume(url)
      assert.ok(Math.abs(volume - source) < 2, `${volume} dB of ${url}, ${source} dB of the source`)
    }
  }
})

test('the demo footage can be heard', async () => {
  const volume = await meanVolume(await makeFootage(1, 4, { workDir: folder.path }))
  assert.ok(volume > -30, `${volume} dB`)
})

test('the film is found by search a moment after it is published', async () => {
  const device = new Device(platform.links, 'web', { id: 'web-1' })
  await device.signIn()
  const { data } = await device.ask<{ search: { cards: readonly { id: string }[] } }>('search', { text: 'croatai' })
  assert.equal(data.search.cards[0]?.id, titleId)
})

test('no rung is larger than the source, and all rungs are cut at the same instants', async () => {
  const media = await platform.database.prisma.media.findUniqueOrThrow({ where: { titleId } })
  const heights = (media.renditions as { height: number }[]).map(({ height }) => height)
  assert.ok(Math.max(...heights) <= 1080)
  const { streams } = await playOn('web')
  const base = (streams[0]?.hls ?? '').replace('master.m3u8', '')
  const playlists = await Promise.all(
    heights.map(async (height) => (await (await fetch(`${base}v${height}.m3u8`)).text()).match(/#EXTINF:[\d.]+/g)),
  )
  for (const playlist of playlists) assert.deepEqual(playlist, playlists[0])
})

test('parts of a segment can be asked for, and asked again by ETag', async () => {
  const { streams } = await playOn('web')
  const url = `${(streams[0]?.hls ?? '').replace('master.m3u8', '')}v240/00001.m4s`
  const full = Buffer.from(await (await fetch(url)).arrayBuffer())
  const part = await fetch(url, { headers: { range: 'bytes=10-19' } })
  assert.equal(part.status, 206)
  assert.equal(part.headers.get('content-range'), `bytes 10-19/${full.length}`)
  assert.deepEqual(Buffer.from(await part.arrayBuffer()), full.subarray(10, 20))
  const same = await fetch(url, { headers: { 'if-none-match': part.headers.get('etag') ?? '' } })
  assert.equal(same.status, 304)
  assert.equal((await fetch(url, { headers: { range: `bytes=${full.length}-` } })).status, 416)
})

test('a file that is no film is refused with its reason', async () => {
  const file = join(folder.path, 'not-a-film.mp4')
  await writeFile(file, 'These are only words.')
  await assert.rejects(
    ingestFilm({ file, title: 'Words', kind: 'FILM', maturity: 0, genres: [] }, { ...operator(), onProgress: () => undefined }),
    /cannot be read/,
  )
})

test('a film that was cut off is refused instead of published short', async () => {
  const file = join(folder.path, 'cut.mp4')
  const bytes = await readFile(film.file)
  await writeFile(file, bytes.subarray(0, Math.floor(bytes.length * 0.6)))
  await assert.rejects(
    ingestFilm({ file, title: 'Cut', kind: 'FILM', maturity: 0, genres: [] }, { ...operator(), onProgress: () => undefined }),
    /film cannot be read|encoder stopped|cannot be read/,
  )
})

test('an upload that is cancelled while it is encoded leaves nothing, and the next film is made', { timeout: 240_000 }, async () => {
  const file = await makeFootage(3, 40, { workDir: folder.path })
  const web = new Device(platform.links, 'web', { id: 'web-1' })
  const { accessToken } = await web.signIn(operatorEmail, 'operator-for-tests')
  const cancel = async (id: string) => {
    const query = `mutation { cancelUpload(id: "${id}") { step error } }`
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` }
    const response = await fetch(`${platform.links.supergraph}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) })
    return ((await response.json()) as { data: { cancelUpload: object } }).data.cancelUpload
  }
  const about = { kind: 'FILM', maturity: 0, genres: ['Cancelled'] } as const
  const ingesting = assert.rejects(
    ingestFilm({ file, title: 'Cancelled', ...about }, { ...operator(), onProgress: () => undefined }),
    /An operator has cancelled the upload/,
  )
  const { prisma } = platform.database
  const upload = await until('it is encoded', 120_000, async () => {
    const [found] = await prisma.upload.findMany({ where: { step: 'encoding' } })
    return found
  })
  const answer = { step: 'failed', error: 'An operator has cancelled the upload.' }
  assert.deepEqual([await cancel(upload.id), await cancel(upload.id)], [answer, answer])
  await ingesting
  const roots = [`work/${upload.id}`, `streams/${upload.titleId}`, upload.objectKey].map((root) => objectKey(root))
  const left = async () => (await Promise.all(roots.map((root) => Array.fromAsync(objectsBelow(platform.objects, root))))).flat()
  await until('nothing is left', 60_000, async () => (await left()).length === 0)
  const next = await ingestFilm({ file: film.file, title: 'Next', ...about }, { ...operator(), onProgress: () => undefined })
  assert.notEqual(next.titleId, upload.titleId)
  assert.deepEqual(await left(), [], 'and nothing has come back')
  assert.equal((await prisma.upload.findUniqueOrThrow({ where: { id: upload.id } })).step, 'failed')
})

test('a member who is no operator cannot upload', async () => {
  const device = new Device(platform.links, 'web', { id: 'web-1' })
  const { accessToken } = await device.signIn()
  const response = await fetch(`${platform.links.supergraph}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` },
    body: JSON.stringify({ query: `mutation { startUpload(input: { title: "x", bytes: 1, sha256: "${'0'.repeat(64)}" }) { id } }` }),
  })
  const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] }
  assert.equal(errors[0]?.extensions.code, 'UNAUTHORIZED_FIELD_OR_TYPE')
})
