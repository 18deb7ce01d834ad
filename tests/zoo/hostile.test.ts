import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { after, afterEach, before, test } from 'node:test'
import { crc32, deflateSync } from 'node:zlib'
import { objectKey } from '#platform/contracts/object-key.ts'
import { isCinegraphError } from '#platform/errors/errors.ts'
import { objectsBelow } from '#platform/files/read-object.ts'
import { boundEncoders } from '../../workers/transcode/bounds.ts'
import { beeping, codecs, flashing, h264, Zoo } from './films.ts'
import { streamOf } from './stream.ts'

const usual = { memoryMb: 4_096, cpuPercent: 100 }
const timeout = 240_000

let zoo: Zoo
let film = ''
before(async () => {
  zoo = await Zoo.open()
  film = await zoo.make('film.mkv', ...flashing({ seconds: 1 }), ...beeping(1), ...codecs)
})
afterEach(() => boundEncoders(usual))
after(() => zoo[Symbol.asyncDispose]())

/** Why a film is refused; nothing of it may be left. */
const refusal = async (file: string): Promise<string> => {
  const known = new Set(await readdir(zoo.path))
  const error = await streamOf(file, zoo).then(
    () => assert.fail(`a stream was made of ${file}`),
    (reason: unknown) => reason,
  )
  assert.ok(isCinegraphError(error), String(error))
  assert.equal(error.code, 'SOURCE_UNREADABLE', error.message)
  assert.ok(!error.message.includes('/'), `names no file: ${error.message}`)
  for (const name of await readdir(zoo.path))
    if (!known.has(name) && name.startsWith('u-')) assert.deepEqual(await readdir(zoo.file(name)), [], name)
  assert.deepEqual(await Array.fromAsync(objectsBelow(zoo.objects, objectKey('streams'))), [])
  return error.message
}

const square = (options: { readonly rate?: string; readonly seconds?: number } = {}) => flashing({ size: '64x64', ...options })

test('a small file whose few frames are to be shown for hours is refused, in whatever container it says so', { timeout }, async () => {
  const slow = ['-vf', 'setpts=if(lt(N\\,2)\\,N*0.04\\,36000)/TB', '-vsync', 'passthrough', ...h264]
  for (const name of ['slow.mp4', 'slow.mkv'])
    assert.match(
      await refusal(await zoo.make(name, ...square({ seconds: 0.2 }), ...slow)),
      /lasts 10\.0 hours, and holds only \d+ kB/,
      name,
    )
})

test('thousands of frames a second are refused', { timeout }, async () => {
  const fast = await zoo.make('fast.mp4', ...square({ rate: '10000', seconds: 0.5 }), ...h264, '-video_track_timescale', '10000')
  assert.match(await refusal(fast), /it has 10000 frames a second, and at most 1000/)
})

test('a picture of 30,000 by 30,000 pixels is refused', { timeout }, async () => {
  const bytes = await readFile(await zoo.make('large.avi', ...square({ seconds: 0.2 }), '-c:v', 'ffvhuff'))
  const header = bytes.indexOf('strf') + 8
  bytes.writeInt32LE(30_000, header + 4)
  bytes.writeInt32LE(30_000, header + 8)
  await writeFile(zoo.file('large.avi'), bytes)
  assert.match(await refusal(zoo.file('large.avi')), /30000 × 30000 pixels, which is too many/)
})

const element = (id: string, ...parts: readonly Buffer[]): Buffer => {
  const size = Buffer.alloc(8)
  const body = Buffer.concat(parts)
  size.writeBigUInt64BE(2n ** 56n + BigInt(body.length))
  return Buffer.concat([Buffer.from(id, 'hex'), size, body])
}
const number = (value: number): Buffer => Buffer.from(value.toString(16).padStart(8, '0'), 'hex')

/** A Matroska film with something more before its tracks; the size of its segment is not stated. */
const filmWith = async (name: string, more: Buffer): Promise<string> => {
  const bytes = await readFile(await zoo.make('live.mkv', '-i', film, '-c', 'copy', '-live', '1', '-f', 'matroska'))
  const inside = bytes.indexOf(Buffer.from('18538067', 'hex')) + 12
  await writeFile(zoo.file(name), Buffer.concat([bytes.subarray(0, inside), more, bytes.subarray(inside)]))
  return zoo.file(name)
}
const many = (count: number, make: (at: number) => Buffer): Buffer => Buffer.concat(Array.from({ length: count }, (_, at) => make(at + 1)))
/** Chapters, tracks of sound and attached files (RFC 9559, sections 5.1.7, 5.1.4 and 5.1.6). */
const chapters = (count: number): Buffer =>
  element(
    '1043a770',
    element(
      '45b9',
      many(count, (at) => element('b6', element('73c4', number(at)), element('91', number(at)))),
    ),
  )
const tracks = (count: number): Buffer =>
  element(
    '1654ae6b',
    many(count, (at) =>
      element(
        'ae',
        ...[element('d7', number(at + 100)), element('73c5', number(at + 100)), element('83', Buffer.from([2]))],
        ...[
          element('86', Buffer.from('A_PCM/INT/LIT')),
          element('e1', element('9f', Buffer.from([2])), element('6264', Buffer.from([16]))),
        ],
      ),
    ),
  )
const attachments = (count: number): Buffer =>
  element(
    '1941a469',
    many(count, (at) =>
      element(
        '61a7',
        ...[element('466e', Buffer.from(`${at}.txt`)), element('4660', Buffer.from('text/plain'))],
        ...[element('465c', Buffer.from('note')), element('46ae', number(at))],
      ),
    ),
  )

test('hundreds of tracks are refused, and more than a prober takes', { timeout }, async () => {
  assert.match(await refusal(await filmWith('hundreds.mkv', tracks(300))), /it has 30[0-2] tracks, and at most 200/)
  assert.match(await refusal(await filmWith('thousands.mkv', tracks(3_000))), /more tracks.*than any film/)
})

test('a film that is chapters without end is given up after its processor time; the next one is made', { timeout }, async () => {
  boundEncoders({ ...usual, cpuPercent: 10 })
  assert.match(
    await refusal(await filmWith('chapters.mkv', chapters(1_000_000))),
    /more processor time than a film of its length and size may, which is \d+ s/,
  )
  boundEncoders(usual)
  const { durationMs } = await streamOf(await filmWith('few.mkv', chapters(100)), await another())
  assert.equal(Math.round(durationMs / 100), 10)
})

test('what takes more memory than the machine gives is refused', { timeout }, async () => {
  boundEncoders({ ...usual, memoryMb: 64 })
  const large = await zoo.make('frames.mp4', ...flashing({ size: '2560x1440', seconds: 1 }), ...h264, '-refs', '16')
  assert.match(await refusal(large), /more memory than a film may, which is 64 MB/)
})

test('attached files by the thousand, and a cover that says it is enormous, are left out', { timeout }, async () => {
  const crowded = await filmWith('attached.mkv', attachments(3_000))
  await writeFile(zoo.file('cover.png'), enormousPicture())
  const cover = ['-attach', zoo.file('cover.png'), '-metadata:s:t', 'mimetype=image/png', '-metadata:s:t', 'filename=cover.png'] as const
  const covered = await zoo.make('covered.mkv', '-i', film, ...cover, '-c', 'copy')
  for (const file of [crowded, covered]) assert.deepEqual((await streamOf(file, await another())).sizes, ['320x180'])
})

/** A PNG that says it has 30,000 by 30,000 pixels (PNG, section 11.2.1), and holds a few rows of zeros. */
const enormousPicture = (): Buffer => {
  const chunk = (type: string, body: Buffer): Buffer => {
    const typed = Buffer.concat([Buffer.from(type), body])
    return Buffer.concat([number(body.length), typed, number(crc32(typed))])
  }
  const head = Buffer.concat([number(30_000), number(30_000), Buffer.from([8, 2, 0, 0, 0])])
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(Buffer.alloc(2_000_000))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

test('subtitles larger than those of any film are left out in words, and take no more room than that', { timeout }, async () => {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0')
  const cue = (at: number): string =>
    `${at + 1}\n00:00:${two(at / 1_000)},${String(at % 1_000).padStart(3, '0')} --> 00:00:20,000\n${'la '.repeat(700)}\n\n`
  await writeFile(zoo.file('large.srt'), Array.from({ length: 12_000 }, (_, at) => cue(at)).join(''))
  const file = await zoo.make('texts.mkv', '-i', film, '-i', zoo.file('large.srt'), '-map', '0', '-map', '1', '-c', 'copy')
  const { leftOut } = await streamOf(file, await another())
  assert.deepEqual(leftOut, ['The subtitles "Original" are larger than those of any film.'])
})

/** The zoo with a folder of its own for what is made, since what is refused must leave nothing in the first. */
const another = async (): Promise<Zoo> => (other ??= await Zoo.open())
let other: Zoo | undefined
after(() => other?.[Symbol.asyncDispose]())
