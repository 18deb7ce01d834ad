import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { planLadder } from './plan.ts'

const source = (width: number, height: number) => ({ file: '', durationMs: 1_000, width, height, framesPerSecond: 25, hasAudio: true })
const heights = (width: number, height: number) => planLadder(source(width, height)).rungs.map((rung) => rung.height)

test('the ladder ends at the source', () => {
  assert.deepEqual(heights(1920, 1080), [240, 480, 720, 1080])
  assert.deepEqual(heights(640, 360), [240, 360])
  assert.deepEqual(heights(3840, 2160), [240, 480, 720, 1080, 2160])
  assert.deepEqual(heights(176, 144), [144])
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
