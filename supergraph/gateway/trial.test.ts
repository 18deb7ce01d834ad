import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { judge, Trial, type Verdict } from './trial.ts'

const settings = { percent: 30, requestsMin: 20, errorShareMore: 0.05, latencyTimes: 2 }
const member = (id: number) => ({ authorization: `Bearer ${id}` })

/** A trial that sees these times and failures of both versions in turn; gives its verdicts. */
const tried = (times: number, own: { ms: number; fails: number }, others: { ms: number; fails: number }): readonly Verdict[] => {
  const verdicts: Verdict[] = []
  const trial = new Trial(settings, 'salt', (verdict) => verdicts.push(verdict))
  const failsAt = (at: number, share: number): boolean => Math.floor((at + 1) * share) > Math.floor(at * share)
  for (let at = 0; at < times; at += 1) {
    trial.note(false, others.ms, failsAt(at, others.fails))
    trial.note(true, own.ms, failsAt(at, own.fails))
  }
  return verdicts
}

test('a version that takes more than so many times as long goes back once, and the verdict says both times', () => {
  const [verdict, ...more] = tried(200, { ms: 41.5, fails: 0 }, { ms: 20, fails: 0 })
  assert.deepEqual(more, [])
  assert.match(verdict?.why ?? '', /it takes 41\.5 ms, the other 20\.0 ms/)
  assert.deepEqual([verdict?.canary.requests, verdict?.stable.requests], [settings.requestsMin, settings.requestsMin])
  assert.deepEqual(tried(200, { ms: 40.9, fails: 0 }, { ms: 20, fails: 0 }), [], 'within its bound and a millisecond')
  assert.deepEqual(tried(200, { ms: 20, fails: 0 }, { ms: 41.5, fails: 0 }), [], 'a faster one stays')
})

test('a version that fails more goes back, one that fails as much as the other stays', () => {
  assert.match(tried(200, { ms: 1, fails: 0.2 }, { ms: 1, fails: 0.1 })[0]?.why ?? '', /% of its requests fail/)
  assert.deepEqual(tried(200, { ms: 1, fails: 0.2 }, { ms: 1, fails: 0.2 }), [])
})

test('nothing is judged before enough requests went to each version', () => {
  const slow = { requests: 1_000, errorShare: 1, meanMs: 1_000 }
  const good = { requests: 1_000, errorShare: 0, meanMs: 1 }
  for (const [canary, stable] of [
    [{ ...slow, requests: 19 }, good],
    [slow, { ...good, requests: 19 }],
  ] as const)
    assert.equal(judge(canary, stable, settings), undefined)
  assert.ok(judge({ ...slow, requests: 20 }, { ...good, requests: 20 }, settings))
})

test('a fault that begins late is seen, however many good requests came before it', () => {
  const verdicts: Verdict[] = []
  const trial = new Trial(settings, 'salt', (verdict) => verdicts.push(verdict))
  const both = (times: number, ownMs: number): void => {
    for (let at = 0; at < times; at += 1) {
      trial.note(false, 10, false)
      trial.note(true, ownMs, false)
    }
  }
  both(50_000, 10)
  assert.equal(verdicts.length, 0)
  both(2_000, 50)
  assert.equal(verdicts.length, 1)
})

test('each caller stays on its side, about the wanted share gets the new version, and nobody once it is over', () => {
  const trial = new Trial(settings, 'salt', () => undefined)
  fc.assert(fc.property(fc.nat(), (id) => assert.equal(trial.chooses(member(id)), trial.chooses(member(id)))))
  const chosen = Array.from({ length: 5_000 }, (_, id) => trial.chooses(member(id))).filter(Boolean).length
  assert.ok(Math.abs(chosen / 5_000 - 0.3) < 0.03, `${chosen} of 5000`)
  const others = new Trial(settings, 'another salt', () => undefined)
  assert.ok(Array.from({ length: 200 }, (_, id) => trial.chooses(member(id)) !== others.chooses(member(id))).includes(true))
  for (let at = 0; at < 30; at += 1) {
    trial.note(false, 1, false)
    trial.note(true, 1, true)
  }
  assert.ok(!Array.from({ length: 5_000 }, (_, id) => trial.chooses(member(id))).includes(true))
})
