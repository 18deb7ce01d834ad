import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bandwidthOf, targetSeconds } from './bandwidth.ts'

const renditionOf = (sizes: readonly (readonly [seconds: number, bytes: number])[]) => ({
  segments: sizes.map(([duration, bytes], at) => ({ name: `${at}`, start: 0, duration, bytes, keys: [], read: () => Buffer.alloc(0) })),
})

test('a last segment of one frame does not make a bandwidth of its own: it counts with the one before it', () => {
  const { peak } = bandwidthOf(
    renditionOf(
      [
        [4, 200_000],
        [4, 210_000],
        [0.04, 20_000],
      ].map(([seconds = 0, bytes = 0]) => [seconds, bytes] as const),
    ),
  )
  assert.equal(peak, Math.ceil((8 * 230_000) / 4.04))
  assert.equal(bandwidthOf(renditionOf([[0.04, 1_000]])).peak, 200_000, 'a film of one frame has its own rate')
})

test('the peak is never below the average, nor below any segment that is long enough to count', () => {
  const segment = fc.tuple(fc.double({ min: 0.02, max: 6, noNaN: true }), fc.integer({ min: 1, max: 1_000_000 }))
  fc.assert(
    fc.property(fc.array(segment, { minLength: 1, maxLength: 20 }), (sizes) => {
      const rendition = renditionOf(sizes)
      const { peak, average } = bandwidthOf(rendition)
      assert.ok(peak >= average)
      const target = targetSeconds(rendition)
      for (const [seconds, bytes] of sizes) if (seconds >= target / 2 && seconds <= target * 1.5) assert.ok(peak >= (8 * bytes) / seconds)
    }),
  )
})
