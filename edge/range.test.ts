import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readRange } from './range.ts'

test('the ranges of RFC 9110 are understood', () => {
  assert.deepEqual(readRange('bytes=0-9', 100), { start: 0, end: 9 })
  assert.deepEqual(readRange('bytes=90-', 100), { start: 90, end: 99 })
  assert.deepEqual(readRange('bytes=-10', 100), { start: 90, end: 99 })
  assert.deepEqual(readRange('bytes=-500', 100), { start: 0, end: 99 })
  assert.deepEqual(readRange('bytes=50-500', 100), { start: 50, end: 99 })
  assert.throws(() => readRange('bytes=100-', 100), { code: 'RANGE_INVALID' })
  for (const ignored of [undefined, '', 'bytes=', 'bytes=0-1,3-4', 'pages=1-2', 'bytes=9-1']) assert.equal(readRange(ignored, 100), null)
})

test('whatever is asked, the answer lies inside the object', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.tuple(fc.nat(), fc.nat()).map(([a, b]) => `bytes=${a}-${b}`),
      ),
      fc.integer({ min: 1, max: 1e6 }),
      (header, size) => {
        try {
          const range = readRange(header, size)
          if (range !== null) assert.ok(0 <= range.start && range.start <= range.end && range.end < size)
        } catch (error) {
          assert.equal((error as { code?: string }).code, 'RANGE_INVALID')
        }
      },
    ),
  )
})
