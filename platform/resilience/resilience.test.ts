import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { GraphQLError } from 'graphql'
import { createMemoryCache } from '#platform/adapters/cache.memory.ts'
import { CinegraphError } from '#platform/errors/errors.ts'
import { breaker } from '#platform/resilience/breaker.ts'
import { bulkhead } from '#platform/resilience/bulkhead.ts'
import { collapse } from '#platform/resilience/collapse.ts'
import { deadline } from '#platform/resilience/deadline.ts'
import { keepFresh } from '#platform/resilience/fresh.ts'
import { hedge } from '#platform/resilience/hedge.ts'
import { policy } from '#platform/resilience/policy.ts'
import { retry } from '#platform/resilience/retry.ts'

const codeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'fine',
    (error: CinegraphError) => error.code,
  )

test('a deadline gives up on time and aborts the work', async () => {
  let aborted = false
  const slow = policy(
    'slow',
    deadline({ ms: 20 }),
  )(async (signal) => {
    signal.addEventListener('abort', () => (aborted = true))
    await sleep(1_000, undefined, { signal })
  })
  assert.equal(await codeOf(slow()), 'DEADLINE')
  assert.ok(aborted)
})

test('a breaker opens after half of 20 calls failed, lets one try after its sleep, and closes when that succeeds', async () => {
  let now = 0
  let failing = true
  let calls = 0
  const options = { windowMs: 10_000, requestsMin: 20, errorShare: 0.5, sleepMs: 5_000, now: () => now }
  const call = policy(
    'dependency',
    breaker(options),
  )(async () => {
    calls += 1
    if (failing) throw new CinegraphError('DEADLINE', { what: 'it', ms: 1 })
  })
  for (let at = 0; at < 20; at += 1) await codeOf(call())
  assert.equal(await codeOf(call()), 'CIRCUIT_OPEN')
  assert.equal(calls, 20)
  now = 5_001
  assert.equal(await codeOf(call()), 'DEADLINE', 'one try, which fails')
  assert.equal(await codeOf(call()), 'CIRCUIT_OPEN')
  now = 10_100
  failing = false
  assert.equal(await codeOf(call()), 'fine')
  assert.equal(await codeOf(call()), 'fine')
})

test('what callers do wrong, or no longer wait for, never opens a breaker; what the dependency does wrong still does', async () => {
  const gone = new AbortController()
  gone.abort()
  const faults: readonly (readonly [Error, AbortSignal])[] = [
    [new CinegraphError('INPUT_INVALID', { name: 'x', why: 'y' }), new AbortController().signal],
    [new CinegraphError('UNAUTHENTICATED'), new AbortController().signal],
    [new GraphQLError('no', { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }), new AbortController().signal],
    [new Error('aborted'), gone.signal],
  ]
  for (const [fault, signal] of faults) {
    const call = breaker()('subgraph', async (_signal: AbortSignal, isWrong: boolean) => {
      if (isWrong) throw fault
      return 'fine'
    })
    for (let times = 0; times < 100; times += 1) await assert.rejects(call(signal, true), fault)
    assert.equal(await call(new AbortController().signal, false), 'fine', fault.message)
  }
  const sick = breaker()('subgraph', () => Promise.reject(new CinegraphError('SUBGRAPH_UNAVAILABLE', { name: 'x' })))
  const { signal } = new AbortController()
  for (let times = 0; times < 20; times += 1) await codeOf(sick(signal))
  assert.equal(await codeOf(sick(signal)), 'CIRCUIT_OPEN')
})

test('a few failures among many successes do not open a breaker', async () => {
  let at = 0
  const call = policy(
    'dependency',
    breaker(),
  )(async () => {
    at += 1
    if (at % 4 === 0) throw new Error('now and then')
  })
  const results = []
  for (let times = 0; times < 100; times += 1)
    results.push(
      await call().then(
        () => 'fine',
        (error: Error) => error.message,
      ),
    )
  assert.equal(results.filter((result) => result === 'now and then').length, 25)
})

test('a bulkhead runs so many at a time, lets so many wait, and refuses the rest at once', async () => {
  let running = 0
  let most = 0
  const call = policy(
    'pool',
    bulkhead({ concurrent: 3, queued: 2 }),
  )(async () => {
    running += 1
    most = Math.max(most, running)
    await sleep(10)
    running -= 1
  })
  const codes = await Promise.all(Array.from({ length: 8 }, () => codeOf(call())))
  assert.equal(most, 3)
  assert.equal(codes.filter((code) => code === 'OVERLOADED').length, 3)
  assert.equal(await codeOf(call()), 'fine')
})

test('a retry repeats what can succeed later, and nothing else', async () => {
  let calls = 0
  const options = { attempts: 3, baseMs: 1, maxMs: 2 }
  const flaky = policy(
    'flaky',
    retry(options),
  )(async () => {
    calls += 1
    if (calls < 3) throw new CinegraphError('ORIGIN_UNAVAILABLE')
  })
  await flaky()
  assert.equal(calls, 3)
  const hopeless = policy(
    'hopeless',
    retry(options),
  )(async () => {
    calls += 1
    throw new CinegraphError('FORBIDDEN')
  })
  assert.equal(await codeOf(hopeless()), 'FORBIDDEN')
  assert.equal(calls, 4)
})

test('10,000 misses of one key are one load', async () => {
  let loads = 0
  const once = collapse<number>()
  const answers = await Promise.all(Array.from({ length: 10_000 }, () => once('key', async () => sleep(5).then(() => ++loads))))
  assert.equal(loads, 1)
  assert.ok(answers.every((answer) => answer === 1))
})

test('a stale value is given at once while one caller renews it, also when renewing fails', async () => {
  let now = 0
  let version = 0
  let down = false
  const fresh = keepFresh<number>(createMemoryCache(), {
    name: 'test',
    shape: 'number',
    entriesMax: 10,
    freshSeconds: 1,
    staleSeconds: 60,
    now: () => now,
  })
  const load = async (): Promise<number> => {
    if (down) throw new Error('down')
    return ++version
  }
  assert.equal(await fresh('k', load), 1)
  now = 2_000
  assert.equal(await fresh('k', load), 1)
  await sleep(5)
  assert.equal(await fresh('k', load), 2)
  now = 4_000
  down = true
  assert.equal(await fresh('k', load), 2)
})

test('a slow read is sent a second time, the first success counts, and the other is aborted', async () => {
  let calls = 0
  let aborted = 0
  const call = policy(
    'slow at first',
    hedge({ afterMs: 10 }),
  )(async (signal) => {
    calls += 1
    const ms = calls === 1 ? 5_000 : 1
    signal.addEventListener('abort', () => (aborted += 1))
    await sleep(ms, undefined, { signal })
    return ms
  })
  assert.equal(await call(), 1)
  assert.deepEqual([calls, aborted], [2, 2])
  const failing = policy('fails', hedge({ afterMs: 1_000 }))(() => Promise.reject(new CinegraphError('FORBIDDEN')))
  assert.equal(await codeOf(failing()), 'FORBIDDEN', 'a failure before the second try is not waited for')
})

test('a dependency that is down gets its retry budget and no more', async () => {
  let calls = 0
  const down = policy(
    'down',
    retry({ attempts: 3, baseMs: 0, maxMs: 0, budget: { share: 0.1, burst: 5 } }),
  )(async () => {
    calls += 1
    throw new CinegraphError('ORIGIN_UNAVAILABLE')
  })
  for (let times = 0; times < 100; times += 1) await codeOf(down())
  assert.ok(calls >= 105 && calls <= 116, `${calls} calls for 100`)
})
