import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import encoder from '@ffmpeg-installer/ffmpeg'
import { checkStream } from '../check.ts'
import { encodeChunk, encodeSounds } from '../encode.ts'
import { makeFootage } from '../footage.ts'
import { planLadder } from '../plan.ts'
import { probe } from '../probe.ts'
import { soundsOf } from '../sound.ts'
import { makeThumbnails } from '../thumbnails.ts'
import { measure } from '../timeline.ts'
import { bandwidthOf } from './bandwidth.ts'
import { boxesIn } from './boxes.ts'
import { dashManifest } from './dash.ts'
import { readTrack, type Track } from './fragments.ts'
import { keyPlaylist, mediaPlaylist, multivariantPlaylist } from './hls.ts'
import { cutSegments, type Segment, secondsOf } from './segments.ts'
import { type Thumbnails, thumbnailsVtt } from './thumbnails.ts'

const seconds = 10
let dir = ''
let video: Track
let audio: Track
let thumbnails: Thumbnails | undefined
const timeline = { frames: seconds * 24, framesPerSecond: 24 }
const bytesOf = async ({ read }: Segment): Promise<Buffer> => {
  const body = read()
  return body instanceof Uint8Array ? Buffer.from(body) : Buffer.concat(await body.toArray())
}

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cinegraph-package-'))
  const source = await probe(await makeFootage(1, seconds, { workDir: dir }))
  const { signal } = new AbortController()
  const measured = await measure(source, signal)
  const film = { source, timeline: measured, plan: planLadder(source), sounds: soundsOf(measured.audio) }
  const options = { workDir: dir, signal, onPercent: () => undefined }
  const encoded = await encodeChunk(film, { from: 0, to: measured.frames, seekSeconds: 0 }, options)
  video = await readTrack(encoded.video.at(-1)?.file ?? '')
  thumbnails = await makeThumbnails(encoded.video, film, { workDir: dir, signal })
  audio = await readTrack((await encodeSounds(film, options))[0]?.file ?? '')
})
after(() => rm(dir, { recursive: true, force: true }))

test('segments follow each other without a gap, and begin at zero', () => {
  for (const track of [video, audio]) {
    const { segments } = cutSegments('x', track, 4)
    assert.equal(segments[0]?.start, 0)
    for (const [at, segment] of segments.entries()) {
      const next = segments[at + 1]
      if (next) assert.ok(Math.abs(segment.start + segment.duration - next.start) < 1e-6)
    }
  }
  assert.equal(secondsOf(cutSegments('x', video, 4)), seconds)
})

test('every picture segment but the last has four seconds, and every fragment begins a closed GOP', () => {
  const { segments } = cutSegments('x', video, 4)
  assert.deepEqual(
    segments.map((segment) => segment.duration),
    [4, 4, 2],
  )
  for (const fragment of video.fragments.slice(0, -1)) assert.equal(fragment.duration / video.timescale, 2)
})

test('init and segments together are a film that decodes to the last frame, also from any segment on', async () => {
  const { init, segments } = cutSegments('x', video, 4)
  for (const from of [0, 1, 2]) {
    const file = join(dir, `from-${from}.mp4`)
    await writeFile(file, Buffer.concat([init, ...(await Promise.all(segments.slice(from).map(bytesOf)))]))
    const { stderr } = await promisify(execFile)(encoder.path, ['-xerror', '-i', file, '-f', 'null', '-'])
    const frames = Number([...stderr.matchAll(/frame=\s*(\d+)/g)].at(-1)?.[1])
    assert.equal(frames, (seconds - 4 * from) * 24)
  }
})

test('the playlists name every segment once and state the peak, not the mean, as BANDWIDTH', () => {
  const rendition = { ...cutSegments('v360', video, 4), width: 640, height: 360, framesPerSecond: 24 }
  const sound = { ...cutSegments('audio', audio, 4), label: 'English', language: 'en', isDefault: true, channels: 2 }
  const stream = { videos: [rendition], sounds: [sound], texts: [] }
  const playlist = mediaPlaylist(rendition)
  assert.equal(playlist.match(/#EXTINF/g)?.length, 3)
  assert.match(playlist, /#EXT-X-TARGETDURATION:4\n/)
  const master = multivariantPlaylist(stream)
  const stated = Number(/BANDWIDTH=(\d+)/.exec(master)?.[1])
  assert.equal(stated, bandwidthOf(rendition).peak + bandwidthOf(sound).peak)
  assert.ok(bandwidthOf(rendition).peak >= bandwidthOf(rendition).average)
  assert.match(master, /CODECS="avc1\.[0-9a-f]{6},mp4a\.40\.2"/)
  const manifest = dashManifest(stream)
  assert.equal(manifest.match(/<S t="/g)?.length, 3 + sound.segments.length)
  assert.match(manifest, /mediaPresentationDuration="PT10\.000S"/)
})

test('each range of the playlist of key frames is one whole picture, and they stand as long as the film', async () => {
  const rendition = cutSegments('v360', video, 4)
  const playlist = keyPlaylist(rendition)
  const entries = [...playlist.matchAll(/#EXTINF:([\d.]+),\n#EXT-X-BYTERANGE:(\d+)@(\d+)\n(\S+)/g)]
  assert.deepEqual(
    entries.map(([, length]) => Number(length)),
    [2, 2, 2, 2, 2],
  )
  for (const [at, [, , bytes = '', start = '', name]] of entries.entries()) {
    const segment = rendition.segments.find((each) => each.name === name)
    assert.ok(segment)
    const whole = await bytesOf(segment)
    const picture = Buffer.concat([rendition.init, whole.subarray(Number(start), Number(start) + Number(bytes))])
    await writeFile(join(dir, 'key.mp4'), picture)
    const { stdout } = await promisify(execFile)(encoder.path, ['-v', 'quiet', '-i', join(dir, 'key.mp4'), '-f', 'framemd5', '-'])
    assert.equal(stdout.split('\n').filter((line) => /^0,/.test(line)).length, 1, `picture ${at} of ${name}`)
  }
})

test('there is a small picture for each segment, in sheets that both manifests and the cues name', async () => {
  assert.ok(thumbnails)
  assert.deepEqual([thumbnails.count, thumbnails.files.length, thumbnails.width, thumbnails.height], [3, 1, 160, 90])
  const { stderr } = await promisify(execFile)(encoder.path, ['-i', thumbnails.files[0] ?? '', '-f', 'null', '-'])
  assert.match(stderr, /mjpeg.*800x450/)
  assert.deepEqual(thumbnailsVtt(thumbnails).match(/^(\d.*|thumb.*)$/gm), [
    '00:00:00.000 --> 00:00:04.000',
    'thumbnails/00001.jpg#xywh=0,0,160,90',
    '00:00:04.000 --> 00:00:08.000',
    'thumbnails/00001.jpg#xywh=160,0,160,90',
    '00:00:08.000 --> 00:00:12.000',
    'thumbnails/00001.jpg#xywh=320,0,160,90',
  ])
  const rendition = { ...cutSegments('v360', video, 4), width: 640, height: 360, framesPerSecond: 24 }
  const sound = { ...cutSegments('audio', audio, 4), label: 'English', language: 'en', isDefault: true, channels: 2 }
  const stream = { videos: [rendition], sounds: [sound], texts: [], thumbnails }
  assert.match(
    dashManifest(stream),
    /<AdaptationSet id="3" contentType="image".*\n.*duration="100000".*\n.*width="800" height="450".*value="5x5"/,
  )
  assert.match(multivariantPlaylist(stream), /#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=\d+,.*URI="v360-keys\.m3u8"/)
})

test('a stream that lacks its end, or whose rungs are cut apart, is not published', () => {
  const video360 = cutSegments('v360', video, 4)
  const sound = cutSegments('audio', audio, 4)
  checkStream(timeline, [video360], [sound])
  const short = { ...video360, segments: video360.segments.slice(0, -1) }
  assert.throws(() => checkStream(timeline, [short], [sound]), { code: 'ENCODE_FAILED' })
  assert.throws(() => checkStream(timeline, [video360, cutSegments('v240', video, 2)], [sound]), { code: 'ENCODE_FAILED' })
})

test('bytes that are no boxes are refused, not read past their end', async () => {
  assert.throws(() => boxesIn(Buffer.from('ffffffff6d6f6f76', 'hex')), RangeError)
  const file = join(dir, 'words')
  await writeFile(file, 'These are only words, and many of them.')
  await assert.rejects(readTrack(file), RangeError)
})
