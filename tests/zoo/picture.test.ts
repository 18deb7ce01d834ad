import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import encoder from '@ffmpeg-installer/ffmpeg'
import { flashing, h264, Zoo } from './films.ts'
import { ffmpeg, type MadeStream, streamOf } from './stream.ts'

let zoo: Zoo
before(async () => {
  zoo = await Zoo.open()
})
after(() => zoo[Symbol.asyncDispose]())

/** Red, green, blue and white in the four quarters: what is turned or mirrored shows. */
const quarters = (size: string, more = ''): readonly string[] => {
  const boxes = [
    ['0:0', 'red'],
    ['iw/2:0', '0x00ff00'],
    ['0:ih/2', 'blue'],
    ['iw/2:ih/2', 'white'],
  ].map(([at, colour]) => `drawbox=${at}:iw/2:ih/2:${colour}:fill`)
  return ['-f', 'lavfi', '-i', `color=black:s=${size}:r=5:d=0.6,format=rgb24,${boxes.join(',')},format=rgb24${more}`]
}
type Colour = readonly [number, number, number]
const named = { red: [255, 0, 0], green: [0, 255, 0], blue: [0, 0, 255], white: [255, 255, 255] } as const

/** The colours in the middle of the four quarters, as a player shows them. */
const colours = async (stream: MadeStream): Promise<readonly Colour[]> => {
  const [frame = Buffer.alloc(0)] = await stream.frames(topOf(stream), { width: 4, height: 4, format: 'rgb24' })
  const at = (x: number, y: number): Colour => [
    frame[3 * (4 * y + x)] ?? 0,
    frame[3 * (4 * y + x) + 1] ?? 0,
    frame[3 * (4 * y + x) + 2] ?? 0,
  ]
  return [at(0, 0), at(3, 0), at(0, 3), at(3, 3)]
}
const topOf = ({ sizes }: MadeStream): string => `v${sizes.at(-1)?.split('x')[1]}`
const distance = (one: Colour, other: Colour): number => Math.max(...one.map((each, at) => Math.abs(each - (other[at] ?? 0))))
const namesOf = (found: readonly Colour[]): readonly string[] =>
  found.map((each) => Object.entries(named).find(([, colour]) => distance(each, colour) < 60)?.[0] ?? each.join('/'))
const assertTrue = (found: readonly Colour[], within: number): void => {
  for (const [at, colour] of Object.values(named).entries())
    assert.ok(distance(found[at] ?? [0, 0, 0], colour) <= within, `${found.join(' · ')}, ${within} off at most`)
}

/** The display matrix of the only picture track of an MP4, set by hand: no encoder here writes mirrored ones. */
const withMatrix = async (name: string, [a, b, c, d]: readonly [number, number, number, number]): Promise<string> => {
  const bytes = await readFile(await zoo.make(`plain-${name}`, ...quarters('320x180'), ...h264))
  const at = bytes.indexOf('tkhd') + 4 + 40
  for (const [offset, value] of [
    [0, a],
    [4, b],
    [12, c],
    [16, d],
  ] as const)
    bytes.writeInt32BE(value * 65_536, at + offset)
  await writeFile(zoo.file(name), bytes)
  return zoo.file(name)
}

test('a film is upright however it was held: turned four ways, and mirrored four ways', async () => {
  const ways = {
    '1 0 0 1': ['320x180', 'red green blue white'],
    '0 1 -1 0': ['180x320', 'blue red white green'],
    '-1 0 0 -1': ['320x180', 'white blue green red'],
    '0 -1 1 0': ['180x320', 'green white red blue'],
    '-1 0 0 1': ['320x180', 'green red white blue'],
    '1 0 0 -1': ['320x180', 'blue white red green'],
    '0 1 1 0': ['180x320', 'red blue green white'],
    '0 -1 -1 0': ['180x320', 'white green blue red'],
  } as const
  for (const [way, [size, wanted]] of Object.entries(ways)) {
    const [a = 0, b = 0, c = 0, d = 0] = way.split(' ').map(Number)
    const stream = await streamOf(await withMatrix('turned.mp4', [a, b, c, d]), zoo)
    assert.deepEqual([stream.sizes.at(-1), namesOf(await colours(stream)).join(' ')], [size, wanted], way)
  }
})

test('pixels that are not square are made square; odd sizes lose a line at most', async () => {
  const wide = await zoo.make(
    'wide.mpg',
    ...flashing({ size: '1024x576', seconds: 1, more: ',scale=720:576,setsar=64/45' }),
    '-c:v',
    'mpeg2video',
  )
  assert.deepEqual((await streamOf(wide, zoo)).sizes, ['426x240', '854x480'])
  const narrow = await zoo.make('narrow.mkv', ...flashing({ size: '320x240', seconds: 1, more: ',setsar=8/9' }), ...h264)
  assert.deepEqual((await streamOf(narrow, zoo)).sizes, ['284x240'])
  const odd = await zoo.make('odd.mkv', ...quarters('177x145'), '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv444p')
  const stream = await streamOf(odd, zoo)
  assert.deepEqual(stream.sizes, ['176x144'])
  assert.equal(namesOf(await colours(stream)).join(' '), 'red green blue white')
  const tiny = await zoo.make('tiny.mkv', ...flashing({ size: '16x500', seconds: 1 }), ...h264)
  for (const size of (await streamOf(tiny, zoo)).sizes) assert.match(size, /^\d*[02468]x\d*[02468]$/)
})

test('an interlaced film is shown without combs', async () => {
  const moving = `testsrc2=s=720x576:r=50:d=0.6,tinterlace=4,setfield=tff`
  const lines = ['-flags', '+ildct+ilme', '-q:v', '2']
  for (const [name, options] of [
    ['i.mpg', ['-c:v', 'mpeg2video', ...lines]],
    ['i.mkv', ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-x264-params', 'interlaced=1:tff=1']],
  ] as const) {
    const stream = await streamOf(await zoo.make(name, '-f', 'lavfi', '-i', moving, ...options), zoo)
    const combs = combsOf((await stream.frames(topOf(stream), { width: 600, height: 480, format: 'gray' }))[5], 600)
    const source = (await ffmpeg('-i', zoo.file(name), '-vf', 'scale=600:576,format=gray', '-f', 'rawvideo', '-')).subarray(
      5 * 600 * 576,
      6 * 600 * 576,
    )
    assert.ok(combsOf(source, 600) > 2 * combs, `${name}: ${combs} combs, ${combsOf(source, 600)} in the source`)
  }
})

/** How much more lines differ from their neighbours than from those behind, in a share of all pixels. */
const combsOf = (frame: Buffer | undefined, width: number): number => {
  assert.ok(frame)
  let count = 0
  for (let at = 2 * width; at < frame.length - width; at += 1) {
    const [above = 0, here = 0, below = 0, behind = 0] = [frame[at - width], frame[at], frame[at + width], frame[at - 2 * width]]
    if ((here - above) * (here - below) > 400 && Math.abs(behind - here) < 15) count += 1
  }
  return count / frame.length
}

const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-qp', '4'] as const

test('colours are the source’s whatever matrix and range it has, and every rung says BT.709', async () => {
  const kinds = {
    'sd.mp4': ['-vf', 'scale=out_color_matrix=bt470bg,format=yuv420p', ...x264, '-colorspace', 'bt470bg'],
    'untagged.mp4': ['-vf', 'scale=out_color_matrix=bt601,format=yuv420p', ...x264],
    'hd-matrix.mp4': ['-vf', 'scale=out_color_matrix=bt709,format=yuv420p', ...x264, '-colorspace', 'bt709'],
    'full-range.mp4': ['-vf', 'scale=out_color_matrix=bt709,format=yuvj420p', ...x264, '-colorspace', 'bt709', '-color_range', 'pc'],
    'ten-bits-full.mkv': [
      '-vf',
      'scale=out_color_matrix=bt709:out_range=full,format=yuv420p10le',
      '-c:v',
      'libx265',
      '-x265-params',
      'log-level=none:qp=4:range=full',
      '-colorspace',
      'bt709',
      '-color_range',
      'pc',
    ],
    'ten-bits.mkv': [
      '-vf',
      'scale=out_color_matrix=bt709,format=yuv420p10le',
      '-c:v',
      'libx265',
      '-x265-params',
      'log-level=none:qp=4',
      '-colorspace',
      'bt709',
    ],
    'all-chroma.mkv': ['-vf', 'scale=out_color_matrix=bt709,format=yuv444p', ...x264, '-colorspace', 'bt709'],
    'rgb.mkv': ['-c:v', 'libx264rgb', '-preset', 'ultrafast', '-qp', '4'],
    'prores.mov': ['-vf', 'scale=out_color_matrix=bt601,format=yuv422p10le', '-c:v', 'prores_ks'],
  }
  for (const [name, options] of Object.entries(kinds)) {
    const stream = await streamOf(await zoo.make(name, ...quarters('640x480'), ...options), zoo)
    await assertTrueColours(stream, name)
  }
})

const assertTrueColours = async (stream: MadeStream, name: string): Promise<void> => {
  try {
    assertTrue(await colours(stream), 16)
  } catch (error) {
    throw new Error(name, { cause: error })
  }
  for (const size of stream.sizes) {
    const file = await stream.file(`v${size.split('x')[1]}`)
    assert.match(await tagsOf(file), /yuv420p\(tv, bt709\)/, `${name} ${size}`)
  }
}

const tagsOf = async (file: string): Promise<string> => {
  const options = ['-hide_banner', '-i', file, '-frames:v', '1', '-f', 'null', '-']
  return (await promisify(execFile)(encoder.path, options)).stderr
}

test('high dynamic range, PQ and HLG, is tone-mapped: white is bright, grey is grey, and the stream says SDR', async () => {
  for (const [transfer, number] of [
    ['smpte2084', 16],
    ['arib-std-b67', 18],
  ] as const) {
    const mapped = `zscale=tin=bt709:min=bt709:pin=bt709:rin=tv:t=${transfer}:m=2020_ncl:p=2020:npl=203,format=yuv420p10le`
    const x265 = ['-c:v', 'libx265', '-x265-params', `log-level=none:colorprim=9:transfer=${number}:colormatrix=9`]
    const source = `color=white:s=320x180:r=5:d=0.6,drawbox=0:0:iw/2:ih:0x808080:fill,${mapped}`
    const stream = await streamOf(await zoo.make('hdr.mp4', '-f', 'lavfi', '-i', source, ...x265), zoo)
    const [grey = [0, 0, 0], white = [0, 0, 0]] = await colours(stream)
    assert.ok(Math.min(...white) > 200, `${transfer}: white is ${white}`)
    assert.ok(
      grey.every((each) => Math.abs(each - 128) < 30),
      `${transfer}: grey is ${grey}`,
    )
    assert.match(await stream.text('master.m3u8'), /VIDEO-RANGE=SDR/)
  }
})
