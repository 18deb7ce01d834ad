import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { objectKey } from '#platform/contracts/object-key.ts'
import { isCinegraphError } from '#platform/errors/errors.ts'
import { objectsBelow } from '#platform/files/read-object.ts'
import { beeping, codecs, flashing, h264, Zoo } from './films.ts'
import { streamOf } from './stream.ts'

let zoo: Zoo
let film: Buffer
before(async () => {
  zoo = await Zoo.open()
  film = await readFile(await zoo.make('film.mp4', ...flashing({ seconds: 3 }), ...beeping(3), ...codecs))
})
after(() => zoo[Symbol.asyncDispose]())

/** Why bytes are refused; an empty text when a stream is made of them. */
const refusal = async (bytes: Buffer): Promise<string> => {
  const file = zoo.file('refused')
  await writeFile(file, bytes)
  try {
    await streamOf(file, zoo)
    return ''
  } catch (error) {
    assert.ok(isCinegraphError(error), String(error))
    assert.match(error.code, /^SOURCE_/, error.message)
    assert.ok(!error.message.includes(zoo.path) && !error.message.includes('/'), `names no file: ${error.message}`)
    assert.doesNotMatch(error.message, /Invalid data|Command failed|0x/, 'and is in no program’s words')
    return error.message
  }
}
const made = async (name: string, ...options: readonly string[]): Promise<Buffer> => readFile(await zoo.make(name, ...options))
const text = (value: string): Buffer => Buffer.from(value)

test('what is no film is refused in words that say what it is', async () => {
  const picture = ['-f', 'lavfi', '-i', 'testsrc=s=320x180', '-frames:v', '1'] as const
  const kinds: readonly (readonly [Buffer, RegExp])[] = [
    [Buffer.alloc(0), /the file is empty/],
    [text('These are only words. '.repeat(400)), /it is a text/],
    [text('Grüße, 映画, films '.repeat(400)), /it is a text/],
    [text('%PDF-1.7\n%âãÏÓ\n1 0 obj'), /it is a PDF/],
    [await made('p.png', ...picture), /it is a picture/],
    [await made('p.jpg', ...picture), /it is a picture/],
    [await made('p.gif', ...picture), /it is a picture/],
    [text('PK\x03\x04 and more'), /it is an archive/],
    [await made('s.mp3', ...beeping(1)), /sound without a picture|no video track/],
    [await made('s.wav', ...beeping(1)), /sound without a picture|no video track/],
    [await made('s.m4a', ...beeping(1), '-c:a', 'aac'), /no video track/],
    [Buffer.alloc(100_000), /nothing but zeros|format is not known/],
    [text('#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nhttp://127.0.0.1/a.ts\n'), /it is a playlist/],
    [text('<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"/>'), /it is a playlist/],
    [text('ffconcat version 1.0\nfile film.mp4\n'), /it is a playlist/],
  ]
  for (const [bytes, why] of kinds) assert.match(await refusal(bytes), why)
})

test('bytes by chance are refused, whatever they are', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 200_000 }), async (length) => {
      assert.notEqual(await refusal(randomBytes(length)), '')
    }),
    { numRuns: 8 },
  )
})

test('a film that was cut off anywhere is refused as such, in every container that says how long it is', async () => {
  const copy = (name: string, ...more: readonly string[]) => made(name, '-i', zoo.file('film.mp4'), '-c', 'copy', ...more)
  const kinds = {
    'moov at the end': film,
    'moov first': await copy('first.mp4', '-movflags', '+faststart'),
    fragmented: await copy('fragmented.mp4', '-movflags', '+frag_keyframe+empty_moov+default_base_moof', '-frag_duration', '500000'),
    Matroska: await copy('film.mkv'),
    AVI: await copy('film.avi', '-bsf:v', 'h264_mp4toannexb'),
  }
  for (const [name, bytes] of Object.entries(kinds))
    for (const share of [0.35, 0.7])
      assert.match(await refusal(bytes.subarray(0, bytes.length * share)), /was cut off|is missing|is damaged/, `${name}, ${share}`)
})

test('a film without a frame, an encrypted one and several in one file are refused as such', async () => {
  const key = [
    '-encryption_scheme',
    'cenc-aes-ctr',
    '-encryption_key',
    '76a6c65c5ea762046bd749a2e632ccbb',
    '-encryption_kid',
    'a7e61c373e219033c21091fa607bf3b8',
  ]
  assert.match(await refusal(await made('cenc.mp4', '-i', zoo.file('film.mp4'), '-c', 'copy', ...key)), /encrypted/)
  assert.match(await refusal(Buffer.concat([film, film])), /several films/)
  const none = await made('none.mkv', ...flashing({ seconds: 1 }), '-vf', 'select=0', ...h264).catch(() => Buffer.alloc(0))
  assert.notEqual(await refusal(none), '')
})

test('nothing is left of what is refused, in the work folder and in the store', async () => {
  const before = new Set(await readdir(zoo.path))
  const streams = () => Array.fromAsync(objectsBelow(zoo.objects, objectKey('streams')))
  assert.deepEqual(await streams(), [])
  assert.notEqual(await refusal(film.subarray(0, film.length / 2)), '')
  const after = (await readdir(zoo.path)).filter((name) => !before.has(name))
  assert.deepEqual(await streams(), [])
  for (const name of after) assert.deepEqual(await readdir(zoo.file(name)), [], name)
})
