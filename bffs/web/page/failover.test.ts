import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createFailover } from './failover.ts'

test('an edge is left when it fails twice in a row or for good, and failures long ago do not count', () => {
  const failover = createFailover(2)
  for (let hour = 0; hour < 100; hour += 1) {
    assert.equal(failover.failed(false), 'here')
    failover.loaded()
  }
  assert.equal(failover.edge(), 0)
  assert.equal(failover.failed(false), 'here')
  assert.equal(failover.failed(false), 'next')
  assert.equal(failover.edge(), 1)
  failover.loaded()
  assert.equal(failover.failed(true), 'next', 'the first is asked again: it may be back')
  assert.equal(failover.edge(), 0)
  assert.equal(failover.failed(true), 'none', 'both have failed without a part between')
  assert.equal(createFailover(1).failed(true), 'none')
})

test('whatever fails: a film goes on as long as one edge in turn gives a part of it', () => {
  const events = fc.array(fc.constantFrom<'fatal' | 'failure' | 'loaded'>('fatal', 'failure', 'loaded'), { maxLength: 60 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), events, (edges, happened) => {
      const failover = createFailover(edges)
      let lost = 0
      for (const event of happened) {
        if (event === 'loaded') {
          failover.loaded()
          lost = 0
          continue
        }
        const before = failover.edge()
        const next = failover.failed(event === 'fatal')
        if (next !== 'here') lost += 1
        assert.equal(next === 'none', next !== 'here' && lost >= edges)
        assert.equal(failover.edge(), next === 'next' ? (before + 1) % edges : before)
        if (next === 'none') return
      }
    }),
  )
})
