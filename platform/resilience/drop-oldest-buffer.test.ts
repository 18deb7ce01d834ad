import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DropOldestBuffer } from '#platform/resilience/drop-oldest-buffer.ts'

const heldMax = 1_000

test('a slow consumer gets the newest thousand in order; a quick one gets every value', async () => {
  const pieces = fc.array(fc.record({ put: fc.nat(1_500), take: fc.nat(1_500) }), { minLength: 1, maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(pieces, async (steps) => {
      const stop = new AbortController()
      const buffer = new DropOldestBuffer<number>()
      const values = buffer.until(stop.signal)
      let expected: number[] = []
      let count = 0
      for (const { put, take } of steps) {
        for (let times = 0; times < put; times += 1) {
          buffer.put(count)
          expected = [...expected, count].slice(-heldMax)
          count += 1
        }
        for (let times = Math.min(take, expected.length); times > 0; times -= 1) assert.equal((await values.next()).value, expected.shift())
      }
      stop.abort()
      assert.equal((await values.next()).done, true)
    }),
    { numRuns: 20 },
  )
})

test('a consumer that waits is woken by the next value, and by the end', async () => {
  const stop = new AbortController()
  const buffer = new DropOldestBuffer<string>()
  const values = buffer.until(stop.signal)
  const first = values.next()
  buffer.put('a')
  assert.equal((await first).value, 'a')
  const last = values.next()
  stop.abort()
  assert.deepEqual(await last, { done: true, value: undefined })
})
