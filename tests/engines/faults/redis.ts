import { openEngines } from '#platform/engines/engines.ts'
import { registry } from '#platform/observe/metrics.ts'
import { readConfig } from '#platform/settings/config.ts'
import { jsonCodec } from '#platform/text/json-codec.ts'
import { redis } from '../../../deploy/engines/redis.ts'
import { log } from '../../boot.ts'
import { killed, ownServers, stoodStill } from '../own-servers.ts'
import { cutOff } from './cut-off.ts'
import type { Rig } from './rig.ts'

const readElsewhere = async (): Promise<number> => {
  const figure = await registry.getSingleMetric('cinegraph_cache_reads_total')?.get()
  return figure?.values.find(({ labels }) => labels.zone === 'another')?.value ?? 0
}

/** Each caller sets a key and reads it again, in three zones; old values that are found count as lost, misses as refused. */
export const redisRig = async (): Promise<Rig> => {
  await using stack = new AsyncDisposableStack()
  const servers = stack.use(await ownServers(redis))
  const [nearest = '', ...others] = (servers.env.REDIS_URLS ?? '').split(';')
  const wire = stack.use(await cutOff(nearest))
  const env = { REDIS_URLS: [wire.url, ...others].join(';'), REDIS_MEMORY_MB: '0' }
  const engines = stack.use(openEngines(readConfig([], env), log))
  const cache = (await engines.open('cache'))({
    name: 'faults',
    codec: jsonCodec<number>('n'),
    ttl: { seconds: 600, jitter: 0 },
    entriesMax: 9,
  })
  const before = await readElsewhere()
  let old = 0
  const write = async (caller: number, n: number): Promise<void> => {
    const key = `k${caller}`
    await cache.set(key, n)
    const found = (await cache.get([key])).get(key)
    if (found === undefined) throw new Error('missed')
    if (found < n) old += 1
  }
  const owned = stack.move()
  return {
    engine: 'Redis, three zones',
    callers: 8,
    write,
    faults: [
      killed(servers, 'redis-a'),
      stoodStill(servers, 'redis-a'),
      { name: 'network to redis-a cut', begin: async () => wire.cut(), end: async () => wire.join() },
    ],
    outcome: async () => ({ lost: old, twice: null, again: 0, fallback: (await readElsewhere()) - before }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
