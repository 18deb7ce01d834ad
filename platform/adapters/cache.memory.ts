import { LRUCache } from 'lru-cache'
import type { Cache } from '#platform/ports/cache.ts'

/** A bounded cache in this process; the least recently used value goes first. */
export const createMemoryCache = <T extends NonNullable<unknown>>(entriesMax: number): Cache<T> => {
  const entries = new LRUCache<string, T>({ max: entriesMax })
  return {
    get: async (key) => entries.get(key),
    set: async (key, value, ttlSeconds) => void entries.set(key, value, { ttl: ttlSeconds * 1000 }),
    remove: async (key) => void entries.delete(key),
  }
}
