import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { hedge } from '#platform/resilience/hedge.ts'
import { policy } from '#platform/resilience/policy.ts'

type Try = { readonly ms: number; readonly fails: boolean }
const afterMs = 40

/** Carries out a hedged call whose tries go as given; returns its outcome and how many tries were sent. */
const run = async (tries: readonly Try[]) => {
  let sent = 0
  const signals: AbortSignal[] = []
  const call = policy(
    'read',
    hedge({ afterMs }),
  )(async (signal) => {
    const at = sent++
    signals.push(signal)
    const { ms, fails } = tries[at] ?? { ms: 0, fails: true }
    if (ms > 0) await sleep(ms, undefined, { signal })
    if (fails) throw new Error(`try ${at}`)
    return `try ${at}`
  })
  const outcome = await call().then(
    (value) => value,
    (error: Error) => `${error.message} failed`,
  )
  return { outcome, sent, aborted: signals.every((signal) => signal.aborted) }
}

test('a quick answer, or a quick failure, is the answer and costs one try', async () => {
  assert.deepEqual(await run([{ ms: 0, fails: false }]), { outcome: 'try 0', sent: 1, aborted: true })
  assert.deepEqual(await run([{ ms: 0, fails: true }]), { outcome: 'try 0 failed', sent: 1, aborted: true })
})

test('of two tries the first success counts, whichever it is, and only when both fail does the call fail', async () => {
  const second = fc.record({ ms: fc.constantFrom(0, 20), fails: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(fc.boolean(), second, async (fails, other) => {
      const { outcome, sent, aborted } = await run([{ ms: other.fails ? 160 : 10_000, fails }, other])
      assert.deepEqual([sent, aborted], [2, true])
      if (!other.fails) assert.equal(outcome, 'try 1')
      else assert.equal(outcome, fails ? 'try 0 failed' : 'try 0')
    }),
    { numRuns: 12 },
  )
})

test('a first try that fails after the second was sent leaves the answer to the second', async () => {
  assert.deepEqual(
    await run([
      { ms: 90, fails: true },
      { ms: 150, fails: false },
    ]),
    { outcome: 'try 1', sent: 2, aborted: true },
  )
})
