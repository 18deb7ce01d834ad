import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { beeping, codecs, flashing, h264, Zoo } from './films.ts'
import { beepsOf, flashesOf, type MadeStream, streamOf } from './stream.ts'

let zoo: Zoo
/** A picture and a sound of four seconds, in step. */
let film = ''

before(async () => {
  zoo = await Zoo.open()
  film = await zoo.make('film.mp4', ...flashing(), ...beeping(), ...codecs)
})
after(() => zoo[Symbol.asyncDispose]())

const range = (from: number, count: number): readonly number[] => Array.from({ length: count }, (_, at) => from + at)
const assertNear = (found: readonly number[], wanted: readonly number[], { within, what }: { within: number; what: string }): void => {
  assert.equal(found.length, wanted.length, `${what}: ${found.join(' ')}`)
  for (const [at, each] of wanted.entries()) assert.ok(Math.abs((found[at] ?? 0) - each) <= within, `${what}: ${found.join(' ')}`)
}

type Wanted = {
  readonly seconds: number
  readonly rate?: number
  readonly flashes: readonly number[]
  readonly beeps: readonly number[]
  /** How far a flash may be from where it belongs, in frames. */
  readonly frames?: number
  readonly beepMs?: number
}

/** Makes a stream of a film and compares: length, frames, length of the sound, flashes and beeps, and segments of four seconds. */
const check = async (file: string, { seconds, rate = 25, flashes, beeps, frames = 0.01, beepMs = 1 }: Wanted): Promise<MadeStream> => {
  const stream = await streamOf(file, zoo)
  const name = `v${stream.sizes.at(-1)?.split('x')[1]}`
  const pictures = await stream.frames(name, { width: 1, height: 1, format: 'gray' })
  assert.ok(Math.abs(pictures.length - seconds * rate) <= 1, `${pictures.length} frames, ${seconds * rate} wanted`)
  assert.ok(Math.abs(stream.durationMs - 1_000 * seconds) <= 1_000 / rate + 1, `${stream.durationMs} ms`)
  const samples = await stream.samples()
  assert.ok(Math.abs(samples.length / 48_000 - pictures.length / rate) < 0.03, `${samples.length / 48_000} s of sound`)
  assertNear(await flashesOf(stream, name, rate), flashes, { within: frames / rate, what: 'flashes' })
  assertNear(beepsOf(samples), beeps, { within: beepMs / 1_000, what: 'beeps' })
  const segments = await stream.segments(name)
  for (const length of segments.slice(0, -1)) assert.ok(Math.abs(length - 4) <= 1 / rate, `segments of ${segments.join(', ')} s`)
  return stream
}

test('sound begins with the picture: what its encoder puts before it is cut', async () => {
  await check(film, { seconds: 4, flashes: range(0, 4), beeps: range(0, 4) })
  const mp2 = await zoo.make('mp2.mpg', ...flashing(), ...beeping(), '-c:v', 'mpeg2video', '-c:a', 'mp2')
  await check(mp2, { seconds: 4, flashes: range(0, 4), beeps: range(0, 4), beepMs: 25 })
})

test('sound that begins later than the picture, or earlier, does so in the stream', async () => {
  const copy = ['-c', 'copy'] as const
  const late = await zoo.make('sound-late.mp4', '-i', film, '-itsoffset', '1.5', '-i', film, '-map', '0:v', '-map', '1:a', ...copy)
  await check(late, { seconds: 5.5, flashes: range(0, 4), beeps: range(1.5, 4) })
  const long = await zoo.make('long.m4a', ...beeping(7), '-c:a', 'aac')
  const later = await zoo.make('picture-late.mp4', '-itsoffset', '3', '-i', film, '-i', long, '-map', '0:v', '-map', '1:a', ...copy)
  await check(later, { seconds: 7, flashes: range(3, 4), beeps: range(0, 7) })
})

test('sound that is shorter than the picture is followed by silence, to the end', async () => {
  const file = await zoo.make('sound-short.mp4', ...flashing({ seconds: 12 }), ...beeping(3), ...codecs)
  await check(file, { seconds: 12, flashes: range(0, 12), beeps: range(0, 3) })
})

test('when sound is longer than the picture, the last frame stays and no sound is lost', async () => {
  for (const name of ['sound-long.mp4', 'sound-long.mkv'])
    await check(await zoo.make(name, ...flashing({ seconds: 2 }), ...beeping(5), ...codecs), {
      seconds: 5,
      flashes: range(0, 2),
      beeps: range(0, 5),
    })
})

test('times that begin at 100 s, or a little apart, are no hole', async () => {
  const off = await zoo.make('off.mkv', '-i', film, '-c', 'copy', '-output_ts_offset', '100')
  await check(off, { seconds: 4, flashes: range(0, 4), beeps: range(0, 4), beepMs: 2 })
  const apart = await zoo.make('apart.mkv', '-i', film, '-itsoffset', '0.4', '-i', film, '-map', '0:v', '-map', '1:a', '-c', 'copy')
  await check(apart, { seconds: 4.42, flashes: range(0, 4), beeps: range(0.4, 4), beepMs: 2 })
})

test('a film whose rate changes keeps its timing, and all its sound', async () => {
  const select = `,select='lt(t,1)+not(mod(n,60))'`
  const file = await zoo.make('vfr.mp4', ...flashing({ rate: '60', seconds: 6, more: select }), '-vsync', 'vfr', ...beeping(6), ...codecs)
  const stream = await streamOf(file, zoo)
  const luma = (await stream.frames('v180', { width: 1, height: 1, format: 'gray', crop: 'iw/8:ih/10:iw*7/16:ih*.8' })).map(
    ([each = 0]) => each > 150,
  )
  assert.equal(luma.length, 360, '60 frames a second, as in its fast part')
  assert.deepEqual([luma[0], luma[5], luma[6], luma[59], luma[60], luma[359]], [true, true, false, false, true, true])
  assertNear(beepsOf(await stream.samples()), range(0, 6), { within: 0.001, what: 'beeps' })
})

test('every rate is kept as it is, also where the container writes times down coarsely', async () => {
  for (const [rate, kept] of [
    ['24000/1001', 24_000 / 1_001],
    ['60000/1001', 60_000 / 1_001],
    ['120', 60],
    ['29.7', 29.7],
    ['8.2', 8.2],
  ] as const) {
    const seconds = 4.4
    const mp4 = await zoo.make('rate.mp4', ...flashing({ rate, seconds }), ...beeping(seconds), ...codecs)
    const mkv = await zoo.make('rate.mkv', '-i', mp4, '-c', 'copy')
    const perSecond = rate === '120' ? 120 : kept
    const flashes = range(0, 5).map((second) => Math.ceil(second * perSecond - 1e-6) / perSecond)
    for (const file of [mp4, mkv]) await check(file, { seconds, rate: kept, flashes, beeps: range(0, 5), beepMs: 2, frames: 1 })
  }
})

test('a still picture, one frame in half a minute and one frame alone are films', async () => {
  const still = await zoo.make('still.mp4', ...flashing({ rate: '1/10', seconds: 10 }), ...beeping(10), ...codecs)
  await check(still, { seconds: 10, rate: 5, flashes: [0], beeps: range(0, 10) })
  const slow = await streamOf(await zoo.make('slow.mp4', ...flashing({ rate: '1/30', seconds: 60 }), ...h264), zoo)
  assert.deepEqual([slow.durationMs, new Set(await slow.segments('v180'))], [60_000, new Set([4])])
  const one = await streamOf(await zoo.make('one.mp4', ...flashing(), '-frames:v', '1', ...h264), zoo)
  assert.equal((await one.frames('v180', { width: 1, height: 1, format: 'gray' })).length, 1)
})

test('transport streams are films, also two that were put one after the other, and two that overlap by a few milliseconds', async () => {
  const ts = await zoo.make('film.ts', '-i', film, '-c', 'copy')
  await check(ts, { seconds: 4, flashes: range(0, 4), beeps: range(0, 4) })
  const two = zoo.file('two.ts')
  await writeFile(two, Buffer.concat([await readFile(ts), await readFile(ts)]))
  await check(two, { seconds: 8, flashes: range(0, 8), beeps: range(0, 8), frames: 1.01, beepMs: 20 })
  const next = await zoo.make('next.ts', '-i', film, '-c', 'copy', '-output_ts_offset', '4')
  const overlapping = zoo.file('overlapping.ts')
  await writeFile(overlapping, Buffer.concat([await readFile(ts), await readFile(next)]))
  const joined = await zoo.make('joined.mkv', '-i', overlapping, '-c', 'copy')
  await check(joined, { seconds: 7.98, flashes: range(0, 8), beeps: range(0, 8), frames: 1.01, beepMs: 30 })
})

test('what was recorded into a pipe, and bare pictures, say no length and are films', async () => {
  const webm = await zoo.make(
    'made.webm',
    ...flashing(),
    ...beeping(),
    '-c:v',
    'libvpx',
    '-deadline',
    'realtime',
    '-cpu-used',
    '8',
    '-c:a',
    'libopus',
    '-live',
    '1',
  )
  await check(webm, { seconds: 4, flashes: range(0, 4), beeps: range(0, 4), beepMs: 15 })
  const raw = await zoo.make('raw.h264', '-i', film, '-an', '-c', 'copy', '-bsf:v', 'h264_mp4toannexb')
  await check(raw, { seconds: 4, flashes: range(0, 4), beeps: [] })
})

test('a fragmented film, one that was cut by an edit list, and a header that lies about the length are made for what they hold', async () => {
  const fragmented = await zoo.make('fragmented.mp4', '-i', film, '-c', 'copy', '-movflags', '+frag_keyframe+empty_moov')
  await check(fragmented, { seconds: 4, flashes: range(0, 4), beeps: range(0, 4) })
  const edited = await zoo.make('edited.mp4', '-ss', '1.5', '-i', film, '-c', 'copy')
  await check(edited, { seconds: 2.52, flashes: range(0.5, 2), beeps: range(0.5, 2), frames: 1 })
  const header = await readFile(await zoo.make('honest.mkv', '-i', film, '-c', 'copy'))
  const at = header.indexOf(Buffer.from('448988', 'hex'))
  assert.ok(at > 0, 'the header holds its duration')
  header.writeDoubleBE(1_000, at + 3)
  await writeFile(zoo.file('lying.mkv'), header)
  await check(zoo.file('lying.mkv'), { seconds: 4, flashes: range(0, 4), beeps: range(0, 4), beepMs: 2 })
})

test('a camera’s DV has the frames that it has', async () => {
  const dv = await zoo.make('camera.dv', ...flashing({ size: '720x576', seconds: 2 }), ...beeping(2), '-c:v', 'dvvideo', '-ac', '2')
  await check(dv, { seconds: 2, flashes: range(0, 2), beeps: range(0, 2), beepMs: 5 })
})
