import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createMemoryCache } from '#platform/adapters/cache.memory.ts'
import type { CreateCache } from '#platform/ports/cache.ts'

const adapters: Readonly<Record<string, CreateCache>> = { memory: createMemoryCache }

for (const [name, create] of Object.entries(adapters)) {
  test(`cache, ${name}: a value is given until it expires or is removed`, async () => {
    const cache = create<string>(10)
    assert.equal(await cache.get('a'), undefined)
    await cache.set('a', 'one', 0.03)
    await cache.set('b', 'two', 60)
    assert.equal(await cache.get('a'), 'one')
    await sleep(50)
    assert.equal(await cache.get('a'), undefined)
    await cache.remove('b')
    await cache.remove('never')
    assert.equal(await cache.get('b'), undefined)
  })

  test(`cache, ${name}: it never grows beyond its bound`, async () => {
    const cache = create<number>(5)
    for (let at = 0; at < 20; at += 1) await cache.set(String(at), at, 60)
    const kept = (await Promise.all(Array.from({ length: 20 }, (_, at) => cache.get(String(at))))).filter((value) => value !== undefined)
    assert.ok(kept.length <= 5)
  })
}
