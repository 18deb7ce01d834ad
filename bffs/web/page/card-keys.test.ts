import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { nextCard } from './card-keys.ts'

const keys = ['ArrowRight', 'ArrowLeft', 'ArrowUp', 'ArrowDown', 'Home', 'End'] as const
/** Cards in lines of so many columns; the last line can be short. */
const grid = (count: number, columns: number): readonly number[] => Array.from({ length: count }, (_, at) => 100 * Math.floor(at / columns))

test('whatever is pressed, the focus stays among the cards; up and down keep the column where the line has it', () => {
  const pressed = fc.record({
    count: fc.integer({ min: 1, max: 40 }),
    columns: fc.integer({ min: 1, max: 8 }),
    key: fc.constantFrom(...keys),
  })
  fc.assert(
    fc.property(pressed, fc.nat(), ({ count, columns, key }, seed) => {
      const at = seed % count
      const next = nextCard(key, { at, tops: grid(count, columns) })
      if (next === undefined) return assert.ok(key === 'ArrowUp' || key === 'ArrowDown')
      assert.ok(next >= 0 && next < count)
      if (key === 'ArrowDown') assert.equal(next, Math.min(at + columns, count - 1))
      if (key === 'ArrowUp') assert.equal(next, at - columns)
    }),
  )
})

test('a row of one line leaves up and down to the browser, and no key moves what has no focus', () => {
  for (const key of ['ArrowUp', 'ArrowDown']) assert.equal(nextCard(key, { at: 2, tops: grid(9, 9) }), undefined)
  for (const key of keys) assert.equal(nextCard(key, { at: -1, tops: grid(9, 3) }), undefined)
  assert.equal(nextCard('a', { at: 0, tops: grid(9, 3) }), undefined)
})
