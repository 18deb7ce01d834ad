import { Redis } from 'ioredis'
import { openEngines } from '#platform/engines/engines.ts'
import { createLog } from '#platform/observe/log.ts'
import { readConfig } from '#platform/settings/config.ts'
import { jsonCodec } from '#platform/text/json-codec.ts'
import type { Work } from './measure.ts'

const card = { id: 't-0010', name: 'Orbital Signal', poster: '/art/t-0010/poster.svg', synopsis: 'x'.repeat(800) }
const keys = Array.from({ length: 200 }, (_, at) => `k${at}`)
/** Callers take keys in turn, so that no two that are under way at once ask for the same. */
let turn = 0
const next = (of: readonly string[]): string => {
  turn += 1
  return of[turn % of.length] ?? ''
}

/** A card of 1 KB, read from one zone and written to all of them, without what the adapter keeps in the process. */
export const redisWork = async (settings: Readonly<Record<string, string>>, stack: AsyncDisposableStack): Promise<readonly Work[]> => {
  const env = {
    REDIS_URLS: settings.REDIS_URLS ?? '',
    REDIS_MEMORY_MB: '0',
    REDIS_LATCH: 'all',
    REDIS_PREFIX: 'bench',
    REDIS_READ_MS: '1000',
  }
  const engines = stack.use(openEngines(readConfig([], env), createLog('bench', 'warn')))
  const cache = (await engines.open('cache'))({
    name: 'cards',
    codec: jsonCodec<typeof card>('card'),
    ttl: { seconds: 600, jitter: 0 },
    entriesMax: 100,
  })
  const zones = env.REDIS_URLS.split(';').map((url) =>
    stack.adopt(new Redis(url, { enableOfflineQueue: true }), (redis) => redis.disconnect()),
  )
  const [nearest] = zones
  if (nearest === undefined) return []
  for (const key of keys) {
    await cache.set(key, card)
    await nearest.set(`bare:${key}`, JSON.stringify(card))
  }
  const bareKeys = keys.map((key) => `bare:${key}`)
  const bareSet = () => {
    const [key, text] = [next(bareKeys), JSON.stringify(card)]
    return Promise.all(zones.map((zone) => zone.set(key, text, 'PX', 600_000)))
  }
  const bareGetMany = async () => (await nearest.mgetBuffer(...bareKeys.slice(0, 20))).map((bytes) => JSON.parse(String(bytes)))
  return [
    {
      engine: 'redis',
      work: 'get 1 KB',
      callers: 32,
      ours: () => cache.get([next(keys)]),
      bare: async () => JSON.parse(String(await nearest.getBuffer(next(bareKeys)))),
    },
    { engine: 'redis', work: 'get 20 × 1 KB', callers: 8, ours: () => cache.get(keys.slice(0, 20)), bare: bareGetMany },
    { engine: 'redis', work: 'set 1 KB in every zone', callers: 32, ours: () => cache.set(next(keys), card), bare: bareSet },
  ]
}
