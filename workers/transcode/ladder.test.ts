import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  audioKbps,
  checkRenditionFits,
  checkRenditionsFit,
  ladderFor,
  renditionBytes,
  renditionBytesMax,
} from '#platform/contracts/ladder.ts'
import { CinegraphError } from '#platform/errors/errors.ts'

const refusal = (film: { readonly durationMs: number; readonly height?: number }): CinegraphError | null => {
  try {
    checkRenditionsFit(film)
    return null
  } catch (error) {
    assert.ok(error instanceof CinegraphError && error.code === 'SOURCE_TOO_LARGE')
    return error
  }
}
const hours = (count: number): number => count * 3_600_000

test('a film is refused when, and only when, one of its renditions could pass what the packager takes', () => {
  const durationMs = fc.integer({ min: 1, max: hours(60) })
  fc.assert(
    fc.property(durationMs, fc.integer({ min: 16, max: 5_000 }), (duration, height) => {
      const rates = [audioKbps, ...ladderFor(height).map((rung) => rung.bitrateKbps)]
      const fits = rates.every((kbps) => renditionBytes(duration, kbps) <= renditionBytesMax)
      assert.equal(refusal({ durationMs: duration, height }) === null, fits)
      if (refusal({ durationMs: duration }) !== null) assert.ok(!fits, 'what is refused without a height is refused with every height')
    }),
  )
})

test('the refusal says which rendition, how large, and how long a part may be; a part of that length is taken', () => {
  assert.equal(refusal({ durationMs: hours(0.95), height: 1080 }), null)
  const said = refusal({ durationMs: hours(2), height: 1080 })?.message ?? ''
  assert.match(said, /^The film is too large: in 120 minutes its rendition of 1080 lines can reach 4291 MB, and 2047 MB can be made\. /)
  assert.match(said, /Upload it in parts of up to 57 minutes\.$/)
  fc.assert(
    fc.property(fc.integer({ min: 16, max: 5_000 }), (height) => {
      const { message } = refusal({ durationMs: hours(20_000), height }) ?? {}
      const longest = Number(/up to (\d+) minutes/.exec(message ?? '')?.[1])
      assert.equal(refusal({ durationMs: longest * 60_000, height }), null)
      assert.notEqual(refusal({ durationMs: (longest + 1) * 60_000, height }), null)
    }),
  )
  assert.match(refusal({ durationMs: hours(40) })?.message ?? '', /its sound can reach/)
})

test('a rendition that came out larger than its ceiling says is refused in words too', () => {
  checkRenditionFits('v1080', renditionBytesMax)
  assert.throws(() => checkRenditionFits('v1080', renditionBytesMax + 1), { code: 'SOURCE_TOO_LARGE', message: /v1080 has 2048 MB/ })
})
