import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../tests/boot.ts'
import { asFilm, encode } from './ffmpeg.ts'
import { probe } from './probe.ts'

const dash = (address: string): string =>
  `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-on-demand:2011" type="static" mediaPresentationDuration="PT10S"><Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1"><BaseURL>${address}</BaseURL></Representation></AdaptationSet></Period></MPD>`
const hls = (address: string): string => `#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n${address}\n#EXT-X-ENDLIST\n`
const concat = (address: string): string => `ffconcat version 1.0\nfile ${address}\n`

test('what is uploaded names no other file and no address that would be read', async () => {
  await using folder = await temporaryFolder()
  const asked: string[] = []
  await using server = createServer(({ url = '' }, response) => {
    asked.push(url)
    response.end()
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const film = join(folder.path, 'film.mp4')
  const inputs = [{ source: 'testsrc=d=1:s=64x64:r=25', options: ['-f', 'lavfi'] }]
  await encode({ inputs, outputs: [{ file: film, options: ['-pix_fmt', 'yuv420p'] }], workDir: folder.path })
  assert.equal((await probe(film)).width, 64)
  const web = `http://127.0.0.1:${(server.address() as AddressInfo).port}/film.mp4`
  for (const [name, write] of Object.entries({ dash, hls, concat }))
    for (const address of [web, `file://${film}`, film, 'film.mp4']) {
      const file = join(folder.path, name)
      await writeFile(file, write(address))
      await assert.rejects(probe(file), { code: 'SOURCE_UNREADABLE' }, `${name} ${address}`)
      const outputs = [{ file: join(folder.path, 'out.mp4'), options: [] }]
      const encoding = encode({ inputs: [{ source: file, options: asFilm }], outputs, workDir: folder.path })
      await assert.rejects(encoding, { code: 'SOURCE_UNREADABLE' }, `${name} ${address}`)
    }
  assert.deepEqual(asked, [])
})

test('films are looked into in whatever container they come', async () => {
  await using folder = await temporaryFolder()
  const inputs = ['testsrc=d=1:s=64x48:r=25', 'sine=d=1'].map((source) => ({ source, options: ['-f', 'lavfi'] }))
  for (const name of ['ts', 'm2ts', 'mp4', 'mov', 'mkv', 'avi', 'flv', 'mpg']) {
    const file = join(folder.path, `film.${name}`)
    const options = ['-pix_fmt', 'yuv420p', '-ar', '44100', '-metadata', 'service_name=Ciné', '-metadata', 'title=Ciné']
    await encode({ inputs, outputs: [{ file, options }], workDir: folder.path })
    const { width, height, audio, durationMs } = await probe(file)
    assert.deepEqual({ width, height, sounds: audio.length }, { width: 64, height: 48, sounds: 1 }, name)
    assert.ok(Math.abs(durationMs - 1_000) < 500, `${name}: ${durationMs} ms`)
  }
  const turned = join(folder.path, 'turned.mp4')
  const film = { source: join(folder.path, 'film.mp4'), options: [...asFilm] }
  await encode({ inputs: [film], outputs: [{ file: turned, options: ['-c', 'copy', '-metadata:s:v', 'rotate=90'] }], workDir: folder.path })
  assert.equal((await probe(turned)).width, 48, 'a film that was taken upright')
})
