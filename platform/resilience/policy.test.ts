import assert from 'node:assert/strict'
import { test } from 'node:test'
import { either, policy, type Wrapper } from '#platform/resilience/policy.ts'

test('the wrapper that is named first is the outermost, and arguments and results pass through all of them', async () => {
  const order: string[] = []
  const noted =
    (label: string): Wrapper =>
    (name, call) =>
    async (signal, ...args) => {
      order.push(`${label} ${name}`)
      return call(signal, ...args)
    }
  const call = policy('sum', noted('outer'), noted('inner'))(async (signal, a: number, b: number) => [a + b, signal.aborted])
  assert.deepEqual(await call(1, 2), [3, false])
  assert.deepEqual(order, ['outer sum', 'inner sum'])
})

test('a combined signal aborts with either of its two', () => {
  for (const which of [0, 1]) {
    const both = [new AbortController(), new AbortController()] as const
    const signal = either(both[0].signal, both[1].signal)
    assert.equal(signal.aborted, false)
    both[which]?.abort()
    assert.equal(signal.aborted, true)
  }
})
