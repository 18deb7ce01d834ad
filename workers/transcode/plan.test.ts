import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { planLadder, segmentSeconds } from './plan.ts'

const source = (width: number, height: number) => ({ width, height, framesPerSecond: 25 })
const heights = (width: number, height: number) => planLadder(source(width, height)).rungs.map((rung) => rung.height)

test('the ladder ends at the source', () => {
  assert.deepEqual(heights(1920, 1080), [240, 480, 720, 1080])
  assert.deepEqual(heights(640, 360), [240, 360])
  assert.deepEqual(heights(3840, 2160), [240, 480, 720, 1080, 2160])
  assert.deepEqual(heights(176, 144), [144])
})

test('each rung has the size and the rate of the ladder, and a source between two rungs has its own', () => {
  const rungs = (width: number, height: number) =>
    planLadder(source(width, height)).rungs.map((rung) => `${rung.name} ${rung.width}x${rung.height} ${rung.bitrateKbps}`)
  assert.deepEqual(rungs(3840, 2160), [
    'v240 426x240 400',
    'v480 854x480 1400',
    'v720 1280x720 2800',
    'v1080 1920x1080 5000',
    'v2160 3840x2160 14000',
  ])
  assert.deepEqual(rungs(1200, 600), ['v240 480x240 400', 'v480 960x480 1400'], '480 is 0.8 of 600: near enough')
  assert.deepEqual(rungs(1208, 604), ['v240 480x240 400', 'v480 960x480 1400', 'v604 1208x604 2091'])
  assert.deepEqual(rungs(177, 145), ['v144 176x144 246'], 'an odd size loses a line')
})

test('a segment lasts four seconds to one frame at any rate, and holds one or two groups of pictures; sound has 128 kbit/s', () => {
  const gopOf = (framesPerSecond: number) => planLadder({ ...source(640, 360), framesPerSecond }).framesPerGop
  assert.deepEqual([24, 25, 29.97, 60, 29.7, 8.2, 1].map(gopOf), [48, 50, 60, 120, 119, 33, 2])
  fc.assert(
    fc.property(fc.double({ min: 1, max: 60, noNaN: true }), (rate) => {
      const gop = gopOf(rate) / rate
      const seconds = gop < 3 ? 2 * gop : gop
      assert.ok(Math.abs(seconds - segmentSeconds) <= 1 / rate, `${seconds} s at ${rate}`)
    }),
  )
  assert.equal(planLadder(source(640, 360)).audioKbps, 128)
})

test('whatever the source: nothing is enlarged, sizes are even, rungs and rates grow', () => {
  fc.assert(
    fc.property(fc.integer({ min: 16, max: 8_000 }), fc.integer({ min: 16, max: 5_000 }), (width, height) => {
      const { rungs } = planLadder(source(width, height))
      assert.ok(rungs.length > 0)
      for (const [at, rung] of rungs.entries()) {
        assert.ok(rung.height <= height && rung.height % 2 === 0 && rung.width % 2 === 0)
        const below = rungs[at - 1]
        if (below) assert.ok(rung.height > below.height && rung.bitrateKbps > below.bitrateKbps)
      }
    }),
  )
})
