import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, createConnection } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { test } from 'node:test'
import { openEngines } from '#platform/engines/engines.ts'
import type { CacheNamespace, CreateCache } from '#platform/ports/cache.ts'
import { readConfig } from '#platform/settings/config.ts'
import { jsonCodec } from '#platform/text/json-codec.ts'
import { redis } from '../../deploy/engines/redis.ts'
import { log } from '../boot.ts'
import { until } from '../member.ts'
import { type OwnServers, ownServers } from './own-servers.ts'
import { whenUp } from './up.ts'

type Env = Readonly<Record<string, string>>
const texts: CacheNamespace<string> = { name: 'texts', codec: jsonCodec('text'), ttl: { seconds: 300, jitter: 0 }, entriesMax: 1_000 }
const quiet = { REDIS_MEMORY_MB: '0' }

const opened = async (env: Env): Promise<AsyncDisposable & { readonly createCache: CreateCache }> => {
  const engines = openEngines(readConfig([], env), log)
  return { createCache: await engines.open('cache'), [Symbol.asyncDispose]: () => engines[Symbol.asyncDispose]() }
}

/** How long the slowest of many reads took, less the longest that this process was not given the machine, and how many found their value. */
const readFor = async (
  ms: number,
  read: () => Promise<boolean>,
): Promise<{ readonly slowestMs: number; readonly found: number; readonly all: number }> => {
  const result = { slowestMs: 0, found: 0, all: 0 }
  const stalls = monitorEventLoopDelay({ resolution: 5 })
  stalls.enable()
  for (const end = performance.now() + ms; performance.now() < end; ) {
    const since = performance.now()
    if (await read()) result.found += 1
    result.all += 1
    result.slowestMs = Math.max(result.slowestMs, performance.now() - since)
    await new Promise((resolve) => setImmediate(resolve))
  }
  stalls.disable()
  return { ...result, slowestMs: result.slowestMs - stalls.max / 1e6 }
}

const say = async (url: string, command: string): Promise<void> => {
  const { hostname, port } = new URL(url)
  const socket = createConnection({ host: hostname, port: Number(port) })
  socket.write(`${command}\r\n`)
  await once(socket, 'data')
  socket.destroy()
}

/** Two reads of 20 ms, and what a loaded machine adds. */
const boundMs = 150

whenUp('redis', 'REDIS_URLS', () => {
  const promise = (title: string, check: (servers: OwnServers) => Promise<void>) =>
    test(`cache, Redis: ${title}`, async () => {
      await using servers = await ownServers(redis)
      await check(servers)
    })

  for (const signal of ['SIGKILL', 'SIGSTOP'] as const)
    promise(
      `the nearest zone gets ${signal}: every read is answered from another zone in bounded time, and the zone is used again when it is back`,
      async (servers) => {
        await using near = await opened({ ...servers.env, ...quiet, REDIS_LATCH: 'all' })
        const cache = near.createCache(texts)
        const keys = Array.from({ length: 200 }, (_, at) => `k${at}`)
        for (const key of keys) await cache.set(key, 'old')
        await servers.signal('redis-a', signal)
        let at = 0
        const during = await readFor(1_500, async () => {
          at += 1
          return (await cache.get([keys[at % 100] ?? ''])).size === 1
        })
        assert.equal(during.found, during.all, 'nothing was missed')
        assert.ok(during.slowestMs < boundMs, `${during.slowestMs} ms`)
        const since = performance.now()
        await cache.set('k1', 'new')
        await cache.remove('k2')
        assert.ok(performance.now() - since < 4 * boundMs)
        if (signal === 'SIGSTOP') await servers.signal('redis-a', 'SIGCONT')
        else await servers.restart()
        await until('the nearest zone is read again', 20_000, async () => {
          await using only = (await opened({
            ...servers.env,
            ...quiet,
            REDIS_URLS: (servers.env.REDIS_URLS ?? '').split(';')[0] ?? '',
          }).catch(() => undefined)) ?? { createCache: undefined, [Symbol.asyncDispose]: async () => undefined }
          await cache.get(keys)
          return (await only.createCache?.(texts).get(['k7']))?.get('k7')
        })
        const [first, second] = [await cache.get(['k1']), await cache.get(['k2'])]
        assert.deepEqual([first.get('k1'), second.get('k2')], ['new', undefined], 'what was changed meanwhile is not old again')
      },
    )

  promise(
    'all zones are gone: everything is a miss in bounded time, nothing fails, and all goes on by itself after they are back',
    async (servers) => {
      await using near = await opened({ ...servers.env, ...quiet })
      const cache = near.createCache(texts)
      await cache.set('k', 'v')
      for (const zone of ['a', 'b', 'c']) await servers.signal(`redis-${zone}`, zone === 'b' ? 'SIGSTOP' : 'SIGKILL')
      const during = await readFor(800, async () => (await cache.get(['k'])).size === 1)
      assert.ok(during.slowestMs < boundMs, `${during.slowestMs} ms`)
      await cache.set('k', 'lost')
      assert.deepEqual([await cache.add('other', 'x'), await cache.replace('k', 'v', 'w'), await cache.touch('k')], [false, false, false])
      await servers.signal('redis-b', 'SIGCONT')
      await servers.restart()
      await until('the cache keeps again', 20_000, async () => {
        await cache.set('again', 'here')
        return (await cache.get(['again'])).get('again')
      })
      await cache.set('k', 'found')
      assert.equal((await cache.get(['k'])).get('k'), 'found')
    },
  )

  promise('a value that another process changes is seen at once, though it lies in this process too', async (servers) => {
    await using here = await opened(servers.env)
    await using there = await opened(servers.env)
    const [mine, theirs] = [here.createCache(texts), there.createCache(texts)]
    for (let round = 0; round < 20; round += 1) {
      await theirs.set('k', `v${round}`)
      const since = performance.now()
      await until('the change is seen', 5_000, async () => ((await mine.get(['k'])).get('k') === `v${round}` ? true : undefined))
      assert.ok(performance.now() - since < 900, 'before its second in this process is over')
    }
  })

  promise('values of many megabytes come back as they were, and live on as one when they are touched', async (servers) => {
    await using near = await opened({ ...servers.env, ...quiet, REDIS_READ_MS: '2000' })
    const cache = near.createCache({ ...texts, ttl: { seconds: 12, jitter: 0 } })
    const random = randomBytes(3_500_000).toString('base64')
    await cache.set('random', random)
    await cache.set('plain', 'abc'.repeat(3_000_000))
    assert.equal(await cache.touch('random'), true)
    assert.equal(await cache.replace('random', random, `${random}!`), true)
    const found = await cache.get(['random', 'plain'])
    assert.ok(found.get('random') === `${random}!` && found.get('plain') === 'abc'.repeat(3_000_000))
  })

  promise(
    'processes that count with compare-and-set in several zones count every turn once, and all zones agree at the end',
    async (servers) => {
      const zones = (servers.env.REDIS_URLS ?? '').split(';')
      await using one = await opened({ ...servers.env, ...quiet, REDIS_LATCH: 'one' })
      await using two = await opened({ ...servers.env, ...quiet, REDIS_LATCH: 'one', REDIS_URLS: zones.toReversed().join(';') })
      const counters = [one, two].map(({ createCache }) => createCache({ ...texts, codec: jsonCodec<number>('count') }))
      assert.equal((await Promise.all(counters.map((cache) => cache.add('n', 0)))).filter(Boolean).length, 1)
      const turn = async (cache: (typeof counters)[number]): Promise<void> => {
        for (let done = 0; done < 40; ) {
          const now = (await cache.get(['n'])).get('n') ?? 0
          if (await cache.replace('n', now, now + 1)) done += 1
        }
      }
      await Promise.all(counters.map(turn))
      for (const zone of zones) {
        await using only = await opened({ ...servers.env, ...quiet, REDIS_URLS: zone })
        await until(`${zone} has the last count`, 5_000, async () =>
          (await only.createCache({ ...texts, codec: jsonCodec<number>('count') }).get(['n'])).get('n') === 80 ? true : undefined,
        )
      }
    },
  )

  promise('a wrong password, and what is no Redis, are named in one sentence; a server that is late is waited for', async (servers) => {
    const [first = ''] = (servers.env.REDIS_URLS ?? '').split(';')
    await say(first, 'CONFIG SET requirepass the-password')
    const secret = new URL(first)
    secret.password = 'not-the-password'
    const wrong = { code: 'ENGINE_REFUSES', message: /user or password is wrong\. Correct REDIS_URLS/ }
    await assert.rejects(opened({ REDIS_URLS: secret.href }), wrong)
    await assert.rejects(opened({ REDIS_URLS: first }), wrong)
    const http = createServer((_, answer) => answer.end())
      .listen(0, '127.0.0.1')
      .unref()
    await new Promise((resolve) => http.once('listening', resolve))
    const { port } = http.address() as AddressInfo
    await assert.rejects(opened({ REDIS_URLS: `redis://127.0.0.1:${port}` }), { code: 'ENGINE_REFUSES', message: /is not Redis/ })
    http.close()
    await assert.rejects(opened({ REDIS_URLS: 'redis://127.0.0.1:1', CINEGRAPH_DATABASE_WAIT_SECONDS: '1' }), {
      code: 'ENGINE_ABSENT',
      message: /within 1 s/,
    })
    await servers.signal('redis-a', 'SIGKILL')
    const waiting = opened({ REDIS_URLS: first })
    await servers.restart()
    await using late = await waiting
    await late.createCache(texts).set('k', 'v')
  })
})
