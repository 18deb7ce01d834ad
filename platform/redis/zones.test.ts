import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { rendezvous } from '#platform/redis/rendezvous.ts'
import { parseZones } from '#platform/redis/zones.ts'

test('zones are read from a text, and what is no Redis address is refused without showing a password', () => {
  assert.deepEqual(parseZones('redis://a:1, rediss://b:2;redis://c', 'REDIS_URLS'), [['redis://a:1', 'rediss://b:2'], ['redis://c']])
  for (const text of ['redis://:secret@a;http://:secret@b', 'redis://a;', 'redis://a,redis://a', ';', 'a:6379'])
    assert.throws(
      () => parseZones(text, 'REDIS_URLS'),
      (error: Error) => /REDIS_URLS/.test(error.message) && !/secret/.test(error.message),
    )
})

const names = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 2, maxLength: 8 })

test('when a server goes only its own keys move, and each to the server that was next', () => {
  fc.assert(
    fc.property(names, fc.string(), (all, key) => {
      const order = rendezvous(all)(key)
      assert.deepEqual(
        order.toSorted((a, b) => a - b),
        all.map((_, at) => at),
      )
      const [first = 0] = order
      const others = all.filter((_, at) => at !== first)
      const next = others[rendezvous(others)(key)[0] ?? 0]
      assert.equal(next, all[order[1] ?? 0])
    }),
  )
})

test('keys are spread evenly over the servers of a zone', () => {
  const place = rendezvous(['127.0.0.1:1', '127.0.0.1:2', '127.0.0.1:3', '127.0.0.1:4'])
  const counts = [0, 0, 0, 0]
  for (let at = 0; at < 40_000; at += 1) {
    const [chosen = 0] = place(`cinegraph:aaaa:${at}`)
    counts[chosen] = (counts[chosen] ?? 0) + 1
  }
  for (const count of counts) assert.ok(Math.abs(count - 10_000) < 500, String(counts))
})
