import { openEngines } from '#platform/engines/engines.ts'
import { readConfig } from '#platform/settings/config.ts'
import { log } from '../boot.ts'
import { cachePromises } from '../contracts/cache.ts'
import { ownSettings, whenUp } from './up.ts'

whenUp('redis', 'REDIS_URLS', () => {
  const open = (more: Readonly<Record<string, string>>) => async () => {
    const engines = openEngines(readConfig([], { ...ownSettings(), ...more }), log)
    return { createCache: await engines.open('cache'), [Symbol.asyncDispose]: () => engines[Symbol.asyncDispose]() }
  }
  cachePromises('Redis, three zones', open({}))
  cachePromises('Redis, nothing kept in the process', open({ REDIS_MEMORY_MB: '0', REDIS_LATCH: 'one' }))
  cachePromises('Redis, one zone of three servers', open({ REDIS_URLS: (ownSettings().REDIS_URLS ?? '').replaceAll(';', ',') }))
})
