import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CinegraphError } from '#platform/errors/errors.ts'
import { breaker, hystrixDefaults } from '#platform/resilience/breaker.ts'
import { policy } from '#platform/resilience/policy.ts'

type Step = { readonly afterMs: number; readonly fails: boolean }
type Outcome = 'fine' | 'failed' | 'refused'
const options = { windowMs: 1_000, requestsMin: 5, errorShare: 0.5, sleepMs: 300 }

/** What the breaker's specification says of calls one after another; it keeps every call instead of adding up buckets. */
const expected = (steps: readonly Step[]): readonly Outcome[] => {
  let [now, openedAt, calls]: [number, number | null, { slot: number; fails: boolean }[]] = [0, null, []]
  return steps.map(({ afterMs, fails }) => {
    now += afterMs
    if (openedAt !== null && now - openedAt < options.sleepMs) return 'refused'
    const isProbe = openedAt !== null
    const slot = Math.floor(now / (options.windowMs / 10))
    if (isProbe && !fails) calls = []
    calls.push({ slot, fails })
    calls = calls.filter((each) => each.slot > slot - 10)
    const failed = calls.filter((each) => each.fails).length
    if (isProbe) openedAt = fails ? now : null
    else if (fails && calls.length >= options.requestsMin && failed >= options.errorShare * calls.length) openedAt = now
    return fails ? 'failed' : 'fine'
  })
}

const actual = async (steps: readonly Step[]): Promise<readonly Outcome[]> => {
  let now = 0
  const call = policy(
    'dependency',
    breaker({ ...options, now: () => now }),
  )(async (_signal, fails: boolean) => {
    if (fails) throw new Error('down')
  })
  const outcomes: Outcome[] = []
  for (const { afterMs, fails } of steps) {
    now += afterMs
    outcomes.push(
      await call(fails).then(
        () => 'fine',
        (error: unknown) => (error instanceof CinegraphError && error.code === 'CIRCUIT_OPEN' ? 'refused' : 'failed'),
      ),
    )
  }
  return outcomes
}

test('whatever the calls and their times, a breaker opens, probes and closes as its specification says', async () => {
  const afterMs = fc.oneof(fc.nat(40), fc.constantFrom(0, 100, 299, 300, 301, 900, 1_000, 1_100))
  const steps = fc.array(fc.record({ afterMs, fails: fc.boolean() }), { maxLength: 80 })
  await fc.assert(fc.asyncProperty(steps, async (each) => assert.deepEqual(await actual(each), expected(each))))
  const failing = Array.from({ length: 12 }, (_, at) => ({ afterMs: at === 8 ? 300 : 1, fails: at !== 8 }))
  assert.deepEqual(
    await actual(failing),
    [...Array(5).fill('failed'), ...Array(3).fill('refused'), 'fine', ...Array(3).fill('failed')],
    'the model and the breaker both open here',
  )
})

test('while a breaker is open, one probe at a time reaches the dependency, however many call', async () => {
  let [now, calls] = [0, 0]
  const held: (() => void)[] = []
  const call = policy(
    'dependency',
    breaker({ ...options, now: () => now }),
  )(async () => {
    calls += 1
    if (calls <= 5) throw new Error('down')
    await new Promise<void>((resolve) => held.push(resolve))
  })
  for (let times = 0; times < 5; times += 1) await assert.rejects(call())
  now = 300
  const crowd = Array.from({ length: 50 }, () => call().then(String, (error: CinegraphError) => error.code))
  await Promise.all(crowd.slice(1))
  assert.equal(calls, 6)
  held[0]?.()
  assert.equal((await Promise.all(crowd)).filter((outcome) => outcome === 'CIRCUIT_OPEN').length, 49)
})

test('the defaults are those of Hystrix', () =>
  assert.deepEqual(hystrixDefaults, { windowMs: 10_000, requestsMin: 20, errorShare: 0.5, sleepMs: 5_000 }))
