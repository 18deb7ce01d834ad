import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Deadlines } from './deadlines.ts'

const late = new Error('late')

test('work that is done in time gives what it gives, work that is not is given up, and both in whatever order they began', async () => {
  const deadlines = new Deadlines()
  const works = Array.from({ length: 60 }, (_, at) => ({
    isQuick: at % 3 === 0,
    limitMs: at % 2 === 0 ? 40 : 90,
  }))
  const settled = await Promise.allSettled(
    works.map(({ isQuick, limitMs }, at) => {
      const never = new Promise<number>(() => undefined)
      return deadlines.within(limitMs, isQuick ? Promise.resolve(at) : never, () => late)
    }),
  )
  for (const [at, result] of settled.entries())
    if (works[at]?.isQuick) assert.deepEqual(result, { status: 'fulfilled', value: at })
    else assert.deepEqual(result, { status: 'rejected', reason: late })
})

test('a limit counts from its own beginning, also when one that began before is not over', async () => {
  const deadlines = new Deadlines()
  const never = new Promise<void>(() => undefined)
  const first = deadlines.within(60, never, () => late)
  first.catch(() => undefined)
  await sleep(40)
  const since = performance.now()
  await assert.rejects(
    deadlines.within(60, never, () => late),
    late,
  )
  assert.ok(performance.now() - since >= 58)
  await assert.rejects(first, late)
})

test('work that fails fails with its own reason, and an answer that is there before the event loop went on is no late one', async () => {
  const deadlines = new Deadlines()
  const reason = new Error('of its own')
  await assert.rejects(
    deadlines.within(50, Promise.reject(reason), () => late),
    reason,
  )
  const answer = sleep(30).then(() => 'answer')
  const asked = deadlines.within(30, answer, () => late)
  for (const end = performance.now() + 60; performance.now() < end; );
  assert.equal(await asked, 'answer')
})
