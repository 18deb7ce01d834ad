import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { objectKey } from '#platform/contracts/object-key.ts'
import { createEdgeCache, type Held } from './cache.ts'

const held = (bytes: number): Held => ({
  body: Buffer.alloc(bytes),
  type: 'video/iso.segment',
  etag: '"1"',
  lastModified: '',
  cacheControl: 'public, immutable',
})

test('a crowd at a cold segment is one fill', async () => {
  let fills = 0
  const cache = createEdgeCache({
    bytesMax: 1e6,
    fill: async () =>
      sleep(10).then(() => {
        fills += 1
        return held(100)
      }),
  })
  await Promise.all(Array.from({ length: 1_000 }, () => cache.get(objectKey('a'))))
  assert.equal(fills, 1)
  assert.equal((await cache.get(objectKey('a')))?.hit, true)
})

test('memory stays within its bound, and what is asked for most recently stays', async () => {
  const cache = createEdgeCache({ bytesMax: 100_000, fill: async () => held(10_000) })
  for (let at = 0; at < 50; at += 1) await cache.get(objectKey(`segment-${at}`))
  assert.ok(cache.bytes() <= 100_000)
  assert.equal((await cache.get(objectKey('segment-49')))?.hit, true)
  assert.equal((await cache.get(objectKey('segment-0')))?.hit, false)
})

test('what is not there is asked for again, and a failed fill is not remembered', async () => {
  let answers: (() => Promise<Held | null>)[] = [
    async () => null,
    async () => {
      throw new Error('down')
    },
    async () => held(1),
  ]
  const cache = createEdgeCache({
    bytesMax: 1e6,
    fill: () => {
      const [next, ...rest] = answers
      answers = rest
      return next === undefined ? Promise.resolve(null) : next()
    },
  })
  assert.equal(await cache.get(objectKey('a')), null)
  await assert.rejects(cache.get(objectKey('a')))
  assert.notEqual(await cache.get(objectKey('a')), null)
})

/** Bytes of the heap that are in use after everything that can go has gone. */
const heapBytes = async (): Promise<number> => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  await sleep(1)
  collect()
  return process.memoryUsage().heapUsed
}

test('whoever asks for keys that are not there, however many, takes no memory', async () => {
  const cache = createEdgeCache({ bytesMax: 1e6, fill: async () => null })
  const ask = async (count: number): Promise<void> => {
    for (let at = 0; at < count; at += 1) assert.equal(await cache.get(objectKey(`art/${randomUUID()}/${'x'.repeat(100)}.svg`)), null)
  }
  await ask(1_000)
  const before = await heapBytes()
  await ask(30_000)
  const grownBytes = (await heapBytes()) - before
  assert.equal(cache.entries(), 0)
  assert.ok(grownBytes < 3e6, `${grownBytes} bytes more`)
})

test('the smallest objects, however many, stay within the bound too', async () => {
  const cache = createEdgeCache({ bytesMax: 1e6, fill: async () => held(0) })
  for (let at = 0; at < 20_000; at += 1) await cache.get(objectKey(`art/${at}`))
  assert.ok(cache.entries() > 500 && cache.entries() <= 1_000, `${cache.entries()}`)
})
