import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import type { CinegraphError } from '#platform/errors/errors.ts'
import { bulkhead } from '#platform/resilience/bulkhead.ts'
import { deadline } from '#platform/resilience/deadline.ts'
import { policy } from '#platform/resilience/policy.ts'

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'fine',
    (error: CinegraphError) => error.code,
  )

test('whatever is asked and in whatever order it ends: never too many at once, the first to come goes first, no place is lost', async () => {
  const bound = fc.integer({ min: 1, max: 5 })
  const calls = fc.array(fc.record({ turns: fc.integer({ min: 1, max: 4 }), fails: fc.boolean() }), { minLength: 1, maxLength: 30 })
  await fc.assert(
    fc.asyncProperty(bound, fc.nat(5), calls, async (concurrent, queued, asked) => {
      let [running, most] = [0, 0]
      const begun: number[] = []
      const call = policy(
        'pool',
        bulkhead({ concurrent, queued }),
      )(async (_signal, at: number) => {
        begun.push(at)
        running += 1
        most = Math.max(most, running)
        for (let turns = asked[at]?.turns ?? 1; turns > 0; turns -= 1) await turn()
        running -= 1
        if (asked[at]?.fails) throw new Error('this one fails')
      })
      for (const round of [1, 2]) {
        begun.length = 0
        const codes = await Promise.all(asked.map((_, at) => codeOf(call(at))))
        const admitted = Math.min(asked.length, concurrent + queued)
        assert.deepEqual(begun, [...Array(admitted).keys()], `round ${round}`)
        assert.equal(codes.filter((code) => code === 'OVERLOADED').length, asked.length - admitted)
      }
      assert.equal(most, Math.min(concurrent, asked.length))
    }),
    { numRuns: 100 },
  )
})

test('callers who gave up while they waited hold no place against those who come after them, and are never sent', {
  timeout: 10_000,
}, async () => {
  const gate = Promise.withResolvers<void>()
  const sent: string[] = []
  const slow = bulkhead({ concurrent: 1, queued: 3 })('pool', async (_signal, who: string) => {
    sent.push(who)
    await gate.promise
  })
  const never = new AbortController().signal
  const first = codeOf(slow(never, 'first'))
  const impatient = new AbortController()
  const given = Array.from({ length: 3 }, () => slow(impatient.signal, 'impatient').catch((error: Error) => error.name))
  assert.equal(await codeOf(slow(never, 'one too many')), 'OVERLOADED')
  impatient.abort()
  assert.deepEqual(await Promise.all(given), ['AbortError', 'AbortError', 'AbortError'])
  const later = Array.from({ length: 3 }, () => codeOf(slow(never, 'later')))
  gate.resolve()
  assert.deepEqual(await Promise.all([first, ...later]), ['fine', 'fine', 'fine', 'fine'])
  assert.deepEqual(sent, ['first', 'later', 'later', 'later'])
})

test('a dependency that hangs and ignores its signal does not stay overloaded by callers who have been given up', async () => {
  const gate = Promise.withResolvers<void>()
  const call = policy('hangs', deadline({ ms: 20 }), bulkhead({ concurrent: 1, queued: 3 }))(() => gate.promise)
  for (let round = 0; round < 3; round += 1) {
    const codes = await Promise.all(Array.from({ length: 3 }, () => codeOf(call())))
    assert.deepEqual(codes, ['DEADLINE', 'DEADLINE', 'DEADLINE'], `round ${round}`)
  }
  gate.resolve()
})
