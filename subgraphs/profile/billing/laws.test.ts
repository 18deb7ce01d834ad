import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Happening, happenings, machine, nextState, type State, states } from './machine.ts'
import { prorate, splitTax } from './money.ts'
import { monthsAfter } from './periods.ts'

const dayMs = 86_400_000

test('the machine: only what stands in it happens, every state can be reached and left, and an end is left by a new beginning only', () => {
  fc.assert(
    fc.property(fc.constantFrom(...states), fc.constantFrom(...happenings), (state, happening) => {
      const next = nextState(state, happening)
      assert.equal(next, machine[state][happening] ?? null)
      if (next !== null) assert.ok(states.includes(next))
    }),
  )
  const reached = new Set<State>(['ended'])
  for (const _ of states) for (const state of [...reached]) for (const next of Object.values(machine[state])) reached.add(next)
  assert.deepEqual([...reached].toSorted(), [...states].toSorted())
  assert.deepEqual(Object.keys(machine.ended).toSorted(), ['begin', 'try'] satisfies Happening[])
})

test('months: the 31st comes back after a February, leap days and clock changes move nothing', () => {
  const ends = (anchor: string, zone = 'UTC') =>
    [1, 2, 3, 12].map((months) => monthsAfter(new Date(anchor), months, zone).toISOString().slice(0, 16))
  assert.deepEqual(ends('2028-01-31T12:00:00Z'), ['2028-02-29T12:00', '2028-03-31T12:00', '2028-04-30T12:00', '2029-01-31T12:00'])
  assert.deepEqual(ends('2028-02-29T23:30:00Z'), ['2028-03-29T23:30', '2028-04-29T23:30', '2028-05-29T23:30', '2029-02-28T23:30'])
  assert.deepEqual(
    ends('2026-02-28T23:00:00Z', 'Europe/Berlin'),
    ['2026-03-31T22:00', '2026-04-30T22:00', '2026-05-31T22:00', '2027-02-28T23:00'],
    'the first of a month at midnight there',
  )
  const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Pacific/Apia', 'Asia/Kolkata', 'Australia/Lord_Howe')
  const anchors = fc.date({ min: new Date('1990-01-01'), max: new Date('2090-01-01'), noInvalidDate: true })
  fc.assert(
    fc.property(anchors, fc.integer({ min: 0, max: 600 }), zone, (anchor, months, timeZone) => {
      const [end, next] = [monthsAfter(anchor, months, timeZone), monthsAfter(anchor, months + 1, timeZone)]
      const days = (next.getTime() - end.getTime()) / dayMs
      assert.ok(days > 26.9 && days < 32.1, `${days}`)
      const dayOf = (at: Date): number => Number(new Intl.DateTimeFormat('en', { timeZone, day: 'numeric' }).format(at))
      if (dayOf(anchor) <= 28 && timeZone !== 'Pacific/Apia') assert.equal(dayOf(end), dayOf(anchor))
    }),
  )
})

test('rounding: net and tax are the price, a refund mirrors it, and changes to and fro give nothing', () => {
  const price = fc.integer({ min: 0, max: 1_000_000 })
  fc.assert(
    fc.property(
      price,
      price,
      fc.constantFrom('US', 'DE', 'FR', 'ZZ'),
      fc.integer({ min: 0, max: 31 }),
      (fromMinor, toMinor, country, left) => {
        const { netMinor, taxMinor } = splitTax(fromMinor, country)
        assert.equal(netMinor + taxMinor, fromMinor)
        assert.equal(splitTax(0 - fromMinor, country).taxMinor, 0 - taxMinor)
        const { totalMinor } = prorate({ fromMinor, toMinor }, { left, of: 31 })
        assert.ok(totalMinor >= ((toMinor - fromMinor) * left) / 31 - 1e-6)
        assert.ok(totalMinor < ((toMinor - fromMinor) * left) / 31 + 1)
        const back = prorate({ fromMinor: toMinor, toMinor: fromMinor }, { left, of: 31 })
        assert.ok(totalMinor + back.totalMinor >= 0, 'to and fro gives nothing')
      },
    ),
  )
  assert.deepEqual(splitTax(1199, 'DE'), { netMinor: 1008, taxMinor: 191 })
})
