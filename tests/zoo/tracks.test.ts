import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { beeping, codecs, flashing, h264, Zoo } from './films.ts'
import { beepsOf, type MadeStream, streamOf } from './stream.ts'

let zoo: Zoo
let film = ''
before(async () => {
  zoo = await Zoo.open()
  film = await zoo.make('film.mp4', ...flashing({ seconds: 2 }), ...beeping(2), ...codecs)
})
after(() => zoo[Symbol.asyncDispose]())

const tone = (hertz: number): readonly string[] => ['-f', 'lavfi', '-i', `sine=frequency=${hertz}:sample_rate=48000:duration=2`]
const loudness = (samples: Float32Array): number => Math.sqrt(samples.reduce((sum, each) => sum + each * each, 0) / samples.length)
/** Waves in a second of a sound. */
const pitch = (samples: Float32Array): number => {
  const second = samples.subarray(24_000, 72_000)
  return second.reduce((count, each, at) => count + (each >= 0 && (second[at - 1] ?? 0) < 0 ? 1 : 0), 0)
}
const media = async (stream: MadeStream, type: string): Promise<readonly string[]> =>
  (await stream.text('master.m3u8')).split('\n').filter((line) => line.startsWith(`#EXT-X-MEDIA:TYPE=${type}`))

test('every language is there, named, and the one that the source prefers is chosen first', async () => {
  const languages = ['eng', 'ger', 'jpn']
  const maps = ['-map', '0:v', ...[1, 2, 3].flatMap((input) => ['-map', `${input}:a`])]
  const named = languages.flatMap((language, at) => [
    `-metadata:s:a:${at}`,
    `language=${language}`,
    `-disposition:a:${at}`,
    at === 1 ? 'default' : '0',
  ])
  const file = await zoo.make(
    'languages.mkv',
    ...flashing({ seconds: 2 }),
    ...tone(300),
    ...tone(500),
    ...tone(700),
    ...maps,
    ...codecs,
    ...named,
  )
  const stream = await streamOf(file, zoo)
  assert.deepEqual(
    (await media(stream, 'AUDIO')).map((line) =>
      /NAME="([^"]+)",LANGUAGE="([^"]+)",DEFAULT=(\w+).*CHANNELS="(\d)"/.exec(line)?.slice(1).join(' '),
    ),
    ['Deutsch de YES 2', 'English en NO 2', '日本語 ja NO 2'],
  )
  for (const [name, hertz] of [
    ['audio', 500],
    ['audio2', 300],
    ['audio3', 700],
  ] as const)
    assert.ok(Math.abs(pitch(await stream.samples(name)) - hertz) <= 2, name)
  assert.deepEqual(
    [...(await stream.text('manifest.mpd')).matchAll(/ lang="(\w+)"/g)].map(([, lang]) => lang),
    ['de', 'en', 'ja'],
  )
})

test('mono is heard on both sides, two mono tracks are left and right, and 5.1 is mixed down', async () => {
  const mono = await streamOf(await zoo.make('mono.mkv', ...flashing({ seconds: 2 }), ...tone(300), '-ac', '1', ...codecs), zoo)
  for (const side of [0, 1] as const) assert.ok(loudness(await mono.samples('audio', side)) > 0.05)
  const maps = ['-map', '0:v', '-map', '1:a', '-map', '2:a', '-ac', '1']
  const pair = await streamOf(
    await zoo.make('pair.mov', ...flashing({ seconds: 2 }), ...tone(300), ...tone(500), ...maps, ...h264, '-c:a', 'pcm_s16le'),
    zoo,
  )
  assert.equal((await media(pair, 'AUDIO')).length, 1)
  for (const [side, hertz] of [300, 500].entries()) assert.ok(Math.abs(pitch(await pair.samples('audio', side === 0 ? 0 : 1)) - hertz) <= 2)
  const six = ['-f', 'lavfi', '-i', 'aevalsrc=0|0|.3*sin(2*PI*400*t)|0|0|0:c=5.1:s=48000:d=2']
  const surround = await streamOf(await zoo.make('surround.mkv', ...flashing({ seconds: 2 }), ...six, ...h264, '-c:a', 'ac3'), zoo)
  const centre = await surround.samples()
  assert.ok(loudness(centre) > 0.05 && Math.abs(pitch(centre) - 400) <= 2, 'what is said in the middle is heard')
})

test('a film without sound is silent to its end; one whose first sound is of no known codec has the second', async () => {
  const silent = await streamOf(await zoo.make('silent.mp4', ...flashing({ seconds: 2 }), ...h264), zoo)
  const samples = await silent.samples()
  assert.ok(loudness(samples) < 0.001 && Math.abs(samples.length / 48_000 - 2) < 0.03)
  const bytes = await readFile(
    await zoo.make(
      'two.mp4',
      ...flashing({ seconds: 2 }),
      ...tone(300),
      ...tone(500),
      '-map',
      '0:v',
      '-map',
      '1:a',
      '-map',
      '2:a',
      ...codecs,
    ),
  )
  bytes.write('apac', bytes.indexOf('mp4a'), 'latin1')
  await writeFile(zoo.file('unknown.mp4'), bytes)
  const stream = await streamOf(zoo.file('unknown.mp4'), zoo)
  assert.ok(Math.abs(pitch(await stream.samples()) - 500) <= 2)
})

test('subtitles of text are in both manifests, in their languages, at their times', async () => {
  await writeFile(zoo.file('s.srt'), '1\n00:00:00,500 --> 00:00:01,200\n<i>Bonjour</i>\n\n2\n00:00:01,300 --> 00:00:01,900\nAu revoir\n')
  const inputs = ['-i', film, '-i', zoo.file('s.srt')]
  const maps = ['-map', '0:v', '-map', '0:a', '-map', '1', '-map', '1', '-c', 'copy']
  const named = [
    '-metadata:s:s:0',
    'language=fra',
    '-metadata:s:s:1',
    'language=eng',
    '-metadata:s:s:1',
    'title=English (SDH)',
    '-disposition:s:1',
    'forced',
  ]
  const kinds = { 'srt.mkv': 'srt', 'ass.mkv': 'ass', 'vtt.mkv': 'webvtt', 'tx3g.mp4': 'mov_text' }
  for (const [name, codec] of Object.entries(kinds)) {
    const stream = await streamOf(await zoo.make(name, ...inputs, ...maps, '-c:s', codec, ...named), zoo)
    const lines = await media(stream, 'SUBTITLES')
    assert.match(lines[0] ?? '', /NAME="Français",LANGUAGE="fr",.*FORCED=NO,URI="text1.m3u8"/, name)
    assert.equal(lines.length, 2, name)
    const vtt = await stream.text('text1/00001.vtt')
    assert.match(vtt, /^WEBVTT[\s\S]*00:00\.500 --> (00:)?00:01\.200\n.*Bonjour[\s\S]*00:01\.300 --> (00:)?00:01\.900\nAu revoir/, name)
    assert.match(await stream.text('text1.m3u8'), /#EXTINF:2\.00000,\ntext1\/00001\.vtt\n#EXT-X-ENDLIST/)
    assert.match(await stream.text('manifest.mpd'), /<AdaptationSet [^>]*mimeType="text\/vtt" lang="fr">/)
    assert.match(await stream.text('master.m3u8'), /#EXT-X-STREAM-INF:.*SUBTITLES="text"/)
  }
})

test('cover art, attached files, chapters, timecode and data tracks are not taken for the film', async () => {
  const cover = await zoo.make('cover.jpg', '-f', 'lavfi', '-i', 'color=red:s=600x600', '-frames:v', '1')
  const copy = ['-map', '0', '-c', 'copy'] as const
  const first = await zoo.make(
    'cover-first.mkv',
    '-i',
    cover,
    '-i',
    film,
    '-map',
    '0:v',
    '-map',
    '1',
    '-c',
    'copy',
    '-disposition:v:0',
    'attached_pic',
    '-disposition:v:1',
    'default',
  )
  const last = await zoo.make(
    'cover-last.mp4',
    '-i',
    film,
    '-i',
    cover,
    '-map',
    '0',
    '-map',
    '1',
    '-c',
    'copy',
    '-disposition:v:1',
    'attached_pic',
  )
  await writeFile(zoo.file('font.ttf'), 'no font')
  const attached = await zoo.make(
    'attached.mkv',
    '-i',
    film,
    '-attach',
    zoo.file('font.ttf'),
    '-metadata:s:t',
    'mimetype=application/x-truetype-font',
    ...copy,
  )
  const timecode = await zoo.make('timecode.mov', '-i', film, '-timecode', '01:00:00:00', ...copy)
  for (const file of [first, last, attached, timecode]) {
    const stream = await streamOf(file, zoo)
    assert.deepEqual([stream.sizes, stream.durationMs], [['320x180'], 2_000], file)
    assert.equal(beepsOf(await stream.samples()).length, 2, file)
  }
})
