import assert from 'node:assert/strict'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../../tests/boot.ts'
import { encode } from '../ffmpeg.ts'
import { bandwidthOf } from './bandwidth.ts'
import { readTrack, type Track } from './fragments.ts'
import { cutSegments, secondsOf } from './segments.ts'

const mediaBytes = 4 * 1024 * 1024
const fragments = 1_800
const hours = 2

/** A track of two hours and 7.5 GB whose media is a hole in the file: headers and fragments of a small one, over and over. */
const makeLarge = async (file: string, { small, moof }: { readonly small: Track; readonly moof: Buffer }): Promise<void> => {
  await using handle = await open(file, 'w')
  await handle.write(small.init, 0, small.init.length, 0)
  const mdat = Buffer.alloc(8)
  mdat.writeUInt32BE(mediaBytes)
  mdat.write('mdat', 4, 'latin1')
  const tfdt = moof.indexOf('tfdt')
  const duration = (hours * 3_600 * small.timescale) / fragments
  for (let at = 0, position = small.init.length; at < fragments; at += 1, position += moof.length + mediaBytes) {
    const patched = Buffer.from(moof)
    patched.writeBigUInt64BE(BigInt(at * duration), tfdt + 8)
    await handle.write(Buffer.concat([patched, mdat]), 0, patched.length + mdat.length, position)
    if (at === fragments - 1) await handle.truncate(position + moof.length + mediaBytes)
  }
}

test('a rendition of two hours and 7.5 GB is cut into segments without being read', async () => {
  await using folder = await temporaryFolder()
  const [smallFile, largeFile] = [join(folder.path, 'small.mp4'), join(folder.path, 'large.mp4')]
  const options = [
    '-c:v',
    'libx264',
    '-pix_fmt',
    'yuv420p',
    '-bf',
    '0',
    '-g',
    '4',
    '-movflags',
    '+empty_moov+default_base_moof+frag_keyframe',
    '-f',
    'mp4',
  ]
  const inputs = [{ source: 'color=black:s=64x64:r=1:d=8', options: ['-f', 'lavfi'] }]
  await encode({ inputs, outputs: [{ file: smallFile, options }], workDir: folder.path })
  const small = await readTrack(smallFile)
  const [first] = small.fragments
  assert.ok(first)
  await using handle = await open(smallFile)
  const { buffer } = await handle.read(Buffer.alloc(first.end - first.start), 0, first.end - first.start, first.start)
  await makeLarge(largeFile, { small, moof: buffer.subarray(0, buffer.readUInt32BE(0)) })
  const before = process.memoryUsage().rss
  const rendition = cutSegments('v1080', await readTrack(largeFile), 4)
  assert.equal(secondsOf(rendition), hours * 3_600)
  assert.equal(rendition.segments.length, fragments)
  assert.ok(bandwidthOf(rendition).peak > 8_000_000)
  const last = rendition.segments.at(-1)?.read()
  assert.ok(last !== undefined && !(last instanceof Uint8Array))
  let bytes = 0
  for await (const chunk of last) bytes += (chunk as Buffer).length
  assert.equal(bytes, rendition.segments.at(-1)?.bytes)
  assert.ok(process.memoryUsage().rss - before < 100_000_000, 'memory does not depend on its size')
})
