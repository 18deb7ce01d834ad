import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import type { Cache, CacheNamespace, CreateCache } from '#platform/ports/cache.ts'
import { jsonCodec } from '#platform/text/json-codec.ts'

type Opened = AsyncDisposable & { readonly createCache: CreateCache }

const texts = (more: Partial<CacheNamespace<string>> = {}): CacheNamespace<string> => ({
  name: `texts-${Math.random()}`,
  codec: jsonCodec<string>('text'),
  ttl: { seconds: 60, jitter: 0 },
  entriesMax: 100,
  ...more,
})

/** What every adapter of the port promises; `open` gives caches that share nothing with those of another call. */
export const cachePromises = (adapter: string, open: () => Promise<Opened>): void => {
  const promise = (title: string, check: (createCache: CreateCache) => Promise<void>) =>
    test(`cache, ${adapter}: ${title}`, async () => {
      await using opened = await open()
      await check(opened.createCache)
    })

  promise('many values are given in one trip, and what is not there is left out', async (createCache) => {
    const cache = createCache(texts())
    await cache.set('a', 'one')
    await cache.set('b', 'two')
    assert.deepEqual(
      new Map(await cache.get(['b', 'never', 'a'])),
      new Map([
        ['b', 'two'],
        ['a', 'one'],
      ]),
    )
    assert.equal((await cache.get([])).size, 0)
    await cache.remove('a')
    await cache.remove('never')
    assert.equal((await cache.get(['a'])).size, 0)
  })

  promise('a value is gone when its time is over, and a touch begins its time anew', async (createCache) => {
    const cache = createCache(texts({ ttl: { seconds: 0.4, jitter: 0 } }))
    await cache.set('touched', 'x')
    await cache.set('left', 'y')
    await sleep(250)
    assert.equal(await cache.touch('touched'), true)
    await sleep(250)
    assert.deepEqual([...(await cache.get(['touched', 'left'])).keys()], ['touched'])
    await sleep(500)
    assert.equal(await cache.touch('touched'), false)
  })

  promise('lives differ by at most the jitter, and do differ', async (createCache) => {
    const cache = createCache(texts({ ttl: { seconds: 1.2, jitter: 0.9 } }))
    const keys = Array.from({ length: 60 }, (_, at) => String(at))
    await Promise.all(keys.map((key) => cache.set(key, key)))
    await sleep(600)
    const alive = (await cache.get(keys)).size
    assert.ok(alive > 0 && alive < keys.length, `${alive} of ${keys.length} live after half of the longest life`)
    await sleep(900)
    assert.equal((await cache.get(keys)).size, 0)
  })

  promise('of many who add a value at once one succeeds, and its value is kept', async (createCache) => {
    const cache = createCache(texts())
    const added = await Promise.all(Array.from({ length: 20 }, (_, at) => cache.add('k', String(at))))
    assert.equal(added.filter(Boolean).length, 1)
    assert.equal((await cache.get(['k'])).get('k'), String(added.indexOf(true)))
  })

  promise(
    'of many who replace the same value at once one succeeds; what is another value, or none, is not replaced',
    async (createCache) => {
      const cache = createCache<{ readonly n: number }>({ ...texts(), codec: jsonCodec<{ readonly n: number }>('n') })
      assert.equal(await cache.replace('k', { n: 0 }, { n: 1 }), false)
      await cache.set('k', { n: 0 })
      const replaced = await Promise.all(Array.from({ length: 20 }, (_, at) => cache.replace('k', { n: 0 }, { n: at + 1 })))
      assert.equal(replaced.filter(Boolean).length, 1)
      assert.deepEqual((await cache.get(['k'])).get('k'), { n: replaced.indexOf(true) + 1 })
    },
  )

  promise('values of another name, or of another shape under the same name, are never met', async (createCache) => {
    const shared = texts()
    const open = <T extends NonNullable<unknown>>(name: string, shape: string): Cache<T> =>
      createCache<T>({ ...shared, name, codec: jsonCodec<T>(shape) })
    const tv = open<{ readonly poster: string }>('titles', '{ poster }')
    const web = open<{ readonly hero: string }>('titles', '{ hero }')
    const other = open<{ readonly poster: string }>('tit', '{ poster }')
    await tv.set('US en t-1', { poster: 'p.svg' })
    await other.set('les US en t-1', { poster: 'other.svg' })
    assert.equal((await web.get(['US en t-1'])).size, 0)
    assert.equal(await web.add('US en t-1', { hero: 'h.svg' }), true)
    assert.deepEqual((await tv.get(['US en t-1'])).get('US en t-1'), { poster: 'p.svg' })
    assert.deepEqual((await open<object>('titles', '{ hero }').get(['US en t-1'])).get('US en t-1'), { hero: 'h.svg' })
  })

  promise('any value of JSON comes back as it was, under any key', async (createCache) => {
    const cache = createCache<NonNullable<unknown>>({ ...texts(), codec: jsonCodec<NonNullable<unknown>>('any') })
    const values = fc.jsonValue().filter((value): value is NonNullable<typeof value> => value !== null)
    await fc.assert(
      fc.asyncProperty(fc.string(), values, async (key, value) => {
        await cache.set(key, value)
        assert.deepEqual(JSON.stringify((await cache.get([key])).get(key)), JSON.stringify(value))
      }),
      { numRuns: 100 },
    )
  })
}
