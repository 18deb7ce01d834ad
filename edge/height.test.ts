import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { objectKey } from '#platform/contracts/object-key.ts'
import { dashManifest } from '../workers/transcode/package/dash.ts'
import { multivariantPlaylist } from '../workers/transcode/package/hls.ts'
import { isTooHigh, withinHeight } from './height.ts'

const prefix = objectKey('streams/t-1/u-1/ab12cd34')
const segment = { start: 0, duration: 4, bytes: 1_000, keys: [{ start: 0, end: 100, duration: 4 }], read: () => Buffer.alloc(0) }
const rendition = (name: string, codec: string) => ({
  name,
  codec,
  timescale: 90_000,
  init: Buffer.alloc(0),
  segments: [{ ...segment, name: `${name}/00001.m4s` }],
})
const presentation = (heights: readonly number[]) => ({
  videos: heights.map((height) => ({ ...rendition(`v${height}`, 'avc1.64001f'), width: 2 * height, height, framesPerSecond: 25 })),
  sounds: [{ ...rendition('a1', 'mp4a.40.2'), channels: 2, label: 'English', language: 'en', isDefault: true }],
  texts: [{ name: 't1', label: 'Français', language: 'fr', isDefault: false, isForced: false, vtt: Buffer.alloc(0) }],
})
const held = (text: string) => ({ body: Buffer.from(text), type: 't', etag: '"e"', lastModified: '', cacheControl: 'max-age=1' })
const heights = fc.uniqueArray(fc.integer({ min: 1, max: 4_400 }), { minLength: 1, maxLength: 8 })

test('a manifest holds the pictures that the plan has, all of them and no other, and reads as if no other had been made', () => {
  fc.assert(
    fc.property(heights, fc.integer({ min: 1, max: 4_400 }), (all, heightMax) => {
      const granted = all.filter((height) => height <= heightMax)
      fc.pre(granted.length > 0)
      for (const [name, write] of [
        ['master.m3u8', multivariantPlaylist],
        ['manifest.mpd', dashManifest],
      ] as const) {
        const limited = withinHeight(held(write(presentation(all))), objectKey(`${prefix}/${name}`), { prefix, heightMax })
        assert.equal(limited.body.toString(), write(presentation(granted)))
        assert.notEqual(limited.etag, '"e"')
      }
    }),
  )
})

test('what is asked for by name beyond the plan is not served: playlists, headers and segments of pictures, but never sound or text', () => {
  const grant = { prefix, heightMax: 720 }
  for (const name of ['v1080.m3u8', 'v1080/init.mp4', 'v1080/00001.m4s', 'v2160/00002.m4s'])
    assert.ok(isTooHigh(objectKey(`${prefix}/${name}`), grant), name)
  for (const name of ['v720.m3u8', 'v720/00001.m4s', 'v240/init.mp4', 'a1080/00001.m4s', 'master.m3u8', 't1/00001.vtt', 'v.m3u8'])
    assert.ok(!isTooHigh(objectKey(`${prefix}/${name}`), grant), name)
  assert.ok(!isTooHigh(objectKey(`${prefix}/v2160/00001.m4s`), { prefix }), 'an address of the version before names no height')
})
