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
