import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createReadiness } from './readiness.ts'

test('a crowd that asks whether a process is ready makes it look once, and a later one anew', async () => {
  let looks = 0
  let isWell = true
  const readiness = createReadiness(async () => {
    looks += 1
    await sleep(5)
    return isWell
  })
  assert.deepEqual([...new Set(await Promise.all(Array.from({ length: 1_000 }, readiness)))], [true])
  assert.equal(looks, 1)
  isWell = false
  await sleep(300)
  assert.equal(await readiness(), false)
  assert.equal(looks, 2)
})

test('a look that fails or never ends is a no', async () => {
  assert.equal(await createReadiness(() => Promise.reject(new Error('gone')))(), false)
  assert.equal(await createReadiness(() => new Promise(() => undefined))(), false)
})
