import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CinegraphError } from '#platform/errors/errors.ts'
import { policy } from '#platform/resilience/policy.ts'
import { backoffMs, retry } from '#platform/resilience/retry.ts'

const unavailable = () => new CinegraphError('ORIGIN_UNAVAILABLE')
const outcomeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'fine',
    () => 'failed',
  )

test('the pause before a retry lies anywhere up to a limit that doubles each time until it is capped', () => {
  const luck = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
  fc.assert(
    fc.property(
      fc.nat(20),
      luck,
      fc.integer({ min: 1, max: 1_000 }),
      fc.integer({ min: 1, max: 60_000 }),
      (attempt, share, baseMs, maxMs) => {
        const options = { attempts: 30, baseMs, maxMs }
        const limitMs = backoffMs(attempt, options, () => 1)
        assert.equal(limitMs, Math.min(maxMs, baseMs * 2 ** attempt))
        assert.equal(
          backoffMs(attempt, options, () => share),
          share * limitMs,
        )
      },
    ),
  )
})

test('the pauses of a crowd are spread evenly, so that it does not come back at once', () => {
  const pauses = Array.from({ length: 10_000 }, () => backoffMs(3, { attempts: 5, baseMs: 100, maxMs: 5_000 }))
  const tenths = Array.from({ length: 10 }, (_, at) => pauses.filter((ms) => Math.floor(ms / 80) === at).length)
  assert.equal(pauses.length, 10_000)
  for (const tenth of tenths) assert.ok(tenth > 850 && tenth < 1_150, tenths.join(' '))
})

test('callers that failed in the same instant try again at different times', async () => {
  const seconds: number[] = []
  const tried = new Set<number>()
  const call = policy(
    'crowd',
    retry({ attempts: 2, baseMs: 400, maxMs: 400 }),
  )(async (_signal, caller: number) => {
    if (tried.has(caller)) return void seconds.push(performance.now())
    tried.add(caller)
    throw unavailable()
  })
  await Promise.all(Array.from({ length: 100 }, (_, caller) => call(caller)))
  assert.ok(Math.max(...seconds) - Math.min(...seconds) > 200, 'over most of the 400 ms')
})

test('a call is tried until it succeeds, but never more often than allowed, and not at all again when that cannot help', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 6 }), fc.nat(8), fc.boolean(), async (attempts, failures, canHelp) => {
      let calls = 0
      const call = policy(
        'flaky',
        retry({ attempts, baseMs: 0, maxMs: 0 }),
      )(async () => {
        calls += 1
        if (calls <= failures) throw canHelp ? unavailable() : new CinegraphError('FORBIDDEN')
      })
      const expected = canHelp ? Math.min(attempts, failures + 1) : 1
      assert.equal(await outcomeOf(call()), failures < expected ? 'fine' : 'failed')
      assert.equal(calls, expected)
    }),
    { numRuns: 60 },
  )
})

test('retries of all calls together stay within their budget, and it fills again with calls that succeed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 20 }), fc.double({ min: 0, max: 0.5, noNaN: true }), async (burst, share) => {
      let [calls, isDown] = [0, true]
      const call = policy(
        'down',
        retry({ attempts: 4, baseMs: 0, maxMs: 0, budget: { share, burst } }),
      )(async () => {
        calls += 1
        if (isDown) throw unavailable()
      })
      const retriesOf = async (times: number): Promise<number> => {
        calls = 0
        for (let at = 0; at < times; at += 1) await outcomeOf(call())
        return calls - times
      }
      const retries = await retriesOf(40)
      assert.ok(retries <= burst + share * 40 && retries >= Math.floor(burst), `${retries} retries`)
      isDown = false
      assert.equal(await retriesOf(200), 0)
      isDown = true
      const again = await retriesOf(40)
      assert.ok(again <= burst + share * 40 && again >= Math.min(burst, Math.floor(share * 200)) - 1, `${again} retries later`)
    }),
    { numRuns: 30 },
  )
})

test('nothing is tried again once nobody waits for it', async () => {
  const gone = new AbortController()
  let calls = 0
  const call = retry({ attempts: 5, baseMs: 0, maxMs: 0 })('given up', async () => {
    calls += 1
    gone.abort()
    throw unavailable()
  })
  await assert.rejects(call(gone.signal))
  assert.equal(calls, 1)
})

test('the pause ends when nobody waits any more', async () => {
  const gone = new AbortController()
  let calls = 0
  const call = retry({ attempts: 2, baseMs: 60_000, maxMs: 60_000 })('given up', async () => {
    calls += 1
    setTimeout(() => gone.abort(), 5)
    throw unavailable()
  })
  const began = performance.now()
  await assert.rejects(call(gone.signal))
  assert.ok(performance.now() - began < 20_000)
  assert.equal(calls, 1)
})
