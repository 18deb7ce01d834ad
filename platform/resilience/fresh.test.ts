import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryCache } from '#platform/adapters/cache.memory.ts'
import type { CreateCache } from '#platform/ports/cache.ts'
import { keepFresh } from '#platform/resilience/fresh.ts'

const inTests = { name: 'test', shape: 'number', entriesMax: 10, freshSeconds: 10, staleSeconds: 50 }
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A loader that counts, over a real cache, with a clock that stands still. */
const setUp = (options: { readonly keep?: (value: number) => boolean } = {}) => {
  const state = { now: 0, loads: 0, ttls: [] as number[] }
  const createMemory = createMemoryCache()
  const createCache: CreateCache = (namespace) => {
    const memory = createMemory(namespace)
    const set: typeof memory.set = (key, value) => {
      state.ttls.push(namespace.ttl.seconds)
      return memory.set(key, value)
    }
    return { ...memory, set }
  }
  const fresh = keepFresh<number>(createCache, { ...inTests, now: () => state.now, ...options })
  return { state, read: (key = 'k') => fresh(key, async () => ++state.loads) }
}

test('a value is loaded once while it is fresh, and is kept as long as it may be fresh or stale', async () => {
  const { state, read } = setUp()
  assert.equal(await read(), 1)
  for (const now of [0, 1, 9_999, 10_000]) {
    state.now = now
    assert.equal(await read(), 1)
  }
  await settled()
  assert.deepEqual([state.loads, state.ttls], [1, [60]])
})

test('a crowd at a stale value renews it once and waits for nothing', async () => {
  const { state, read } = setUp()
  await read()
  state.now = 10_001
  const crowd = await Promise.all(Array.from({ length: 100 }, () => read()))
  await settled()
  assert.deepEqual([new Set(crowd), state.loads], [new Set([1]), 2])
  assert.equal(await read(), 2)
  assert.equal(state.loads, 2, 'what was renewed is fresh again')
})

test('a value that is not worth keeping is given and loaded again, and keys do not mix', async () => {
  const { state, read } = setUp({ keep: (value) => value > 2 })
  assert.deepEqual([await read(), await read(), await read(), await read()], [1, 2, 3, 3])
  assert.deepEqual([await read('other'), await read()], [4, 3])
  assert.equal(state.ttls.length, 2)
})

test('a first load that fails is its caller’s failure, and the next caller loads again', async () => {
  const fresh = keepFresh<number>(createMemoryCache(), inTests)
  await assert.rejects(
    fresh('k', () => Promise.reject(new Error('down'))),
    /down/,
  )
  assert.equal(await fresh('k', async () => 7), 7)
})
