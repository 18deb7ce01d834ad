import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { tokenBucket } from './token-bucket.ts'

test('nobody takes more than a burst and what has come since, who waits as told is let in, and others are not in the way', () => {
  const rule = fc.record({ perSecond: fc.integer({ min: 1, max: 20 }), burst: fc.integer({ min: 10, max: 200 }) })
  const asked = fc.array(
    fc.record({ key: fc.constantFrom('a', 'b'), count: fc.integer({ min: 1, max: 10 }), afterMs: fc.integer({ min: 0, max: 4_000 }) }),
    { maxLength: 80 },
  )
  fc.assert(
    fc.property(rule, asked, ({ perSecond, burst }, takes) => {
      let nowMs = 0
      const take = tokenBucket({ perSecond, burst, keysMax: 10 }, () => nowMs)
      const taken = new Map<string, number>()
      for (const { key, count, afterMs } of takes) {
        nowMs += afterMs
        const before = taken.get(key) ?? 0
        const waitSeconds = take(key, count)
        if (waitSeconds === 0) taken.set(key, before + count)
        else assert.ok(waitSeconds <= Math.ceil(burst / perSecond))
        const allowed = burst + (perSecond * nowMs) / 1000
        assert.ok((taken.get(key) ?? 0) <= allowed + 1e-6)
        if (waitSeconds > 0) {
          nowMs += waitSeconds * 1000
          assert.equal(take(key, count), 0)
          taken.set(key, before + count)
        }
      }
    }),
  )
})
