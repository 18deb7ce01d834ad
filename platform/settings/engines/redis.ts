import { parseZones } from '#platform/redis/zones.ts'
import { oneOf, setting, text, wholeNumber } from '#platform/settings/setting.ts'

const zones = (raw: string, name: string): string => {
  if (raw !== '') parseZones(raw, name)
  return raw
}

/** Settings of the cache in Redis. */
export const redisSettings = {
  redisUrls: setting(
    'redis-urls',
    'REDIS_URLS',
    '',
    'Redis to cache in: servers of a zone with commas, zones with `;`, the nearest first',
    zones,
  ),
  redisPrefix: setting('redis-prefix', 'REDIS_PREFIX', 'cinegraph', 'what all keys in Redis begin with', text),
  redisLatch: setting(
    'redis-latch',
    'REDIS_LATCH',
    'all-but-one',
    'how many zones a write waits for: one, quorum, all-but-one or all',
    oneOf('one', 'quorum', 'all-but-one', 'all'),
  ),
  redisReadMs: setting('redis-read-ms', 'REDIS_READ_MS', 20, 'how long a read waits for one zone', wholeNumber(1, 10_000)),
  redisMemoryMb: setting(
    'redis-memory-mb',
    'REDIS_MEMORY_MB',
    16,
    'memory of a process for what it has read from Redis in the last second',
    wholeNumber(0, 100_000),
  ),
} as const
