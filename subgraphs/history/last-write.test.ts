import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { believedAt } from '#platform/contracts/topics/playback.heartbeats.ts'
import { later, mergeBy, widen } from './last-write.ts'

const point = fc.record({
  profileId: fc.constant('p'),
  titleId: fc.constantFrom('a', 'b'),
  positionMs: fc.nat(1_000),
  durationMs: fc.constant(1_000),
  at: fc.integer({ min: 0, max: 5 }).map((seconds) => new Date(seconds * 1000)),
  deviceId: fc.constantFrom('tv', 'phone', 'web'),
})
const key = ({ at, deviceId }: { at: Date; deviceId: string }): string => `${at.getTime()} ${deviceId}`

test('last write wins, whatever the order of arrival', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(point, { minLength: 1, maxLength: 8, selector: (each) => `${each.titleId} ${key(each)}` }),
      fc.func(fc.nat()),
      (points, order) => {
        const merged = mergeBy(points, (each) => each.titleId, later)
        const shuffled = mergeBy(
          points.toSorted((a, b) => order(a) - order(b)),
          (each) => each.titleId,
          later,
        )
        const sorted = (values: typeof merged) => values.toSorted((a, b) => (a.titleId < b.titleId ? -1 : 1))
        assert.deepEqual(sorted(shuffled), sorted(merged))
      },
    ),
  )
})

test('the later clock wins whichever comes first, and on a tie the higher device id', () => {
  fc.assert(
    fc.property(point, point, (a, b) => {
      const [newest] = [a, b].toSorted((x, y) => y.at.getTime() - x.at.getTime() || (y.deviceId > x.deviceId ? 1 : -1))
      for (const won of [later(a, b), later(b, a)]) assert.equal(key(won), key(newest ?? a))
    }),
  )
})

test('merging by key keeps one value per key, in the order in which keys came', () => {
  const sum = (a: readonly [string, number], b: readonly [string, number]) => [a[0], a[1] + b[1]] as const
  const entries = [
    ['x', 1],
    ['y', 10],
    ['x', 2],
    ['x', 4],
  ] as const
  assert.deepEqual(
    mergeBy<readonly [string, number]>(entries, ([name]) => name, sum),
    [
      ['x', 7],
      ['y', 10],
    ],
  )
})

test('merging is associative and idempotent', () => {
  fc.assert(
    fc.property(point, point, point, (a, b, c) => {
      assert.equal(key(later(later(a, b), c)), key(later(a, later(b, c))))
      assert.equal(later(a, a), a)
    }),
  )
})

test('a sitting begins at its earliest report and ends at its latest', () => {
  const at = (ms: number) => new Date(ms)
  const base = { profileId: 'p', sessionId: 's', titleId: 't', durationMs: 100 }
  const early = { ...base, startedAt: at(1), lastAt: at(1), positionMs: 10 }
  const late = { ...base, startedAt: at(9), lastAt: at(9), positionMs: 50 }
  for (const [a, b] of [
    [late, early],
    [early, late],
  ] as const)
    assert.deepEqual(widen(a, b), { ...base, startedAt: at(1), lastAt: at(9), positionMs: 50 })
  const [outer, inner] = [
    { ...base, startedAt: at(0), lastAt: at(20), positionMs: 90 },
    { ...base, startedAt: at(5), lastAt: at(6), positionMs: 40 },
  ]
  for (const widened of [widen(outer, inner), widen(inner, outer)]) assert.deepEqual(widened, outer)
})

test('a clock that runs more than a minute ahead, or was never set, is not believed', () => {
  const now = new Date('2026-01-31T00:00:00Z')
  assert.deepEqual(believedAt({ at: '2026-01-31T00:00:30Z' }, now), new Date('2026-01-31T00:00:30Z'))
  assert.deepEqual(believedAt({ at: '2026-01-31T00:02:00Z' }, now), now)
  assert.deepEqual(believedAt({ at: '2026-01-02T00:00:00Z' }, now), new Date('2026-01-02T00:00:00Z'), 'a month offline')
  for (const at of ['0000-01-01T00:00:00Z', '0001-01-01T00:00:00Z', '1970-01-01T00:00:00Z', '2025-12-31T00:00:00Z'])
    assert.deepEqual(believedAt({ at }, now), new Date('2026-01-01T00:00:00Z'), `one that was never set: ${at}`)
  const anyInstant = fc.date({ min: new Date('0000-01-01T00:00:00Z'), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true })
  fc.assert(
    fc.property(anyInstant, anyInstant, (one, other) => {
      const [a, b] = [one, other].map((at) => believedAt({ at: at.toISOString() }, now).getTime()) as [number, number]
      for (const at of [a, b]) assert.ok(at >= now.getTime() - 30 * 86_400_000 && at <= now.getTime() + 60_000)
      if (Math.max(+one, +other) <= now.getTime()) assert.ok(Math.sign(a - b) * Math.sign(+one - +other) >= 0, 'order is kept')
    }),
  )
})
