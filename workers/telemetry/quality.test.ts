import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { qualityOf } from './quality.ts'

type Beats = Parameters<typeof qualityOf>[0]
const beat = (figures: Partial<Beats[number]> = {}): Beats[number] => ({
  profileId: 'p',
  titleId: 't',
  sessionId: 's',
  deviceId: 'd',
  device: 'tv',
  state: 'playing',
  positionMs: 0,
  durationMs: 600_000,
  at: '2026-11-21T08:00:00.000Z',
  ...figures,
})
const times = (count: number, figures: Partial<Beats[number]> = {}): Beats => Array.from({ length: count }, () => beat(figures))

test('the share of waiting is what was waited out of all that was watched and waited', () => {
  assert.equal(qualityOf(times(6)).rebufferShare, 0)
  assert.equal(qualityOf([...times(5), beat({ rebufferMs: 20_000 })]).rebufferShare, 20 / 80)
  assert.equal(qualityOf([...times(9, { rebufferMs: 0 }), beat({ state: 'paused', rebufferMs: 30_000 })]).rebufferShare, 30 / 120)
  assert.equal(qualityOf(times(1, { state: 'paused', rebufferMs: 500 })).rebufferShare, 1, 'nothing but waiting')
  assert.equal(qualityOf(times(4, { state: 'paused' })).rebufferShare, 0, 'neither watched nor waited')
})

test('the start-up time is the median of the sessions that reported one', () => {
  const started = (...all: readonly number[]) => qualityOf([...all.map((startupMs) => beat({ startupMs })), ...times(20)]).startupMsMedian
  assert.equal(started(900, 100, 200), 200)
  assert.equal(started(40_000, 100, 200, 300), 250, 'between the two in the middle')
  assert.equal(started(0), 0)
  assert.equal(started(), null)
})

test('the bitrate is the mean while playing, and sessions count once', () => {
  const beats = [
    beat({ bitrateKbps: 1_000 }),
    beat({ bitrateKbps: 2_001, sessionId: 'other' }),
    beat({ bitrateKbps: 9_000, state: 'paused' }),
    beat(),
  ]
  assert.deepEqual(qualityOf(beats), { sessions: 2, heartbeats: 4, rebufferShare: 0, startupMsMedian: null, bitrateKbpsMean: 1_501 })
  assert.equal(qualityOf(times(3)).bitrateKbpsMean, null)
  assert.deepEqual(qualityOf([]), { sessions: 0, heartbeats: 0, rebufferShare: 0, startupMsMedian: null, bitrateKbpsMean: null })
})

test('whatever players report: the share lies between 0 and 1, and the figures do not depend on the order', () => {
  const figures = fc.record(
    {
      state: fc.constantFrom('playing' as const, 'paused' as const),
      rebufferMs: fc.nat(600_000),
      startupMs: fc.nat(600_000),
      bitrateKbps: fc.nat(20_000),
      sessionId: fc.constantFrom('a', 'b', 'c'),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.array(figures, { maxLength: 20 }), (all) => {
      const quality = qualityOf(all.map(beat))
      assert.ok(quality.rebufferShare >= 0 && quality.rebufferShare <= 1)
      assert.deepEqual(qualityOf(all.toReversed().map(beat)), quality)
      const started = all.flatMap(({ startupMs }) => startupMs ?? [])
      const notAbove = started.filter((ms) => ms <= (quality.startupMsMedian ?? 0)).length
      assert.ok(notAbove * 2 >= started.length)
    }),
  )
})
