import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { deadline, endingAfter } from '#platform/resilience/deadline.ts'
import { policy } from '#platform/resilience/policy.ts'

test('a call that is in time has its own outcome, and nothing is aborted after it', async () => {
  const signals: AbortSignal[] = []
  const call = policy(
    'quick',
    deadline({ ms: 60 }),
  )(async (signal, fails: boolean) => {
    signals.push(signal)
    if (fails) throw new Error('its own')
    return 'value'
  })
  assert.equal(await call(false), 'value')
  await assert.rejects(call(true), /its own/)
  await sleep(120)
  assert.deepEqual(
    signals.map((signal) => signal.aborted),
    [false, false],
  )
})

test('a late call is named with its limit, also when it ignores its signal', async () => {
  const stuck = policy('ratings', deadline({ ms: 15 }))(() => new Promise<never>(() => undefined))
  await assert.rejects(stuck(), { code: 'DEADLINE', message: /ratings.*15/ })
})

test('a caller who leaves aborts the call before its deadline', async () => {
  const gone = new AbortController()
  const call = deadline({ ms: 60_000 })('left', (signal) => sleep(60_000, undefined, { signal }))
  const outcome = assert.rejects(call(gone.signal), { name: 'AbortError' })
  gone.abort()
  await outcome
})

test('a signal with an end aborts with its parent, after its time, and at once when its time has passed', async () => {
  const parent = new AbortController()
  const [long, past] = [endingAfter(1e15, parent.signal), endingAfter(-5, parent.signal)]
  await sleep(20)
  assert.deepEqual([long.aborted, past.aborted], [false, true])
  const soon = endingAfter(10, parent.signal)
  await new Promise((resolve) => soon.addEventListener('abort', resolve))
  parent.abort()
  assert.equal(long.aborted, true)
})
