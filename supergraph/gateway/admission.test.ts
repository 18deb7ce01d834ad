import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createAdmission, nextLimit } from './admission.ts'

test('a busy process lets fewer in each time, but always some; an idle one lets in those who wait', () => {
  let limit = 100
  for (let sample = 0; sample < 30; sample += 1) limit = nextLimit(limit, { isBusy: true, waiting: 50 })
  assert.equal(limit, 2)
  assert.equal(nextLimit(limit, { isBusy: false, waiting: 0 }), 2)
  for (let sample = 0; sample < 20; sample += 1) limit = nextLimit(limit, { isBusy: false, waiting: 50 })
  assert.ok(limit > 5_000, `${limit}`)
})

test('many operations that wait for slow subgraphs all run, and each gives its place back', async () => {
  using admission = createAdmission()
  const began = performance.now()
  const answers = await Promise.all(Array.from({ length: 300 }, (_, index) => admission.run(() => sleep(50, index))))
  assert.equal(answers.length, 300)
  assert.ok(performance.now() - began < 2_000, `${performance.now() - began} ms`)
  await assert.rejects(admission.run(() => Promise.reject(new Error('broken'))))
  assert.equal(await admission.run(async () => 'fine'), 'fine')
})

test('so many run at once as the limit says, those who wait go in the order in which they came, and too many are refused', async () => {
  using admission = createAdmission()
  const gate = Promise.withResolvers<void>()
  let [running, most] = [0, 0]
  const order: number[] = []
  const work = (at: number) => async (): Promise<void> => {
    order.push(at)
    running += 1
    most = Math.max(most, running)
    if (at < 16) await gate.promise
    running -= 1
  }
  const asked = Array.from({ length: 5_016 }, (_, at) => admission.run(work(at)))
  assert.equal(most, 16, 'before the first sample')
  await assert.rejects(admission.run(work(-1)), { code: 'OVERLOADED' })
  gate.resolve()
  await Promise.all(asked)
  assert.deepEqual(order, [...Array(5_016).keys()])
  assert.equal(running, 0)
})
