import { LRUCache } from 'lru-cache'
import type { Cache, CacheNamespace, CreateCache } from '#platform/ports/cache.ts'
import { lifeMs } from '#platform/resilience/time-to-live.ts'

/** Bounded caches in this process. Values are kept as they are, so that reading them costs no decoding. */
export const createMemoryCache = (): CreateCache => {
  const spaces = new Map<string, unknown>()
  return <T extends NonNullable<unknown>>(namespace: CacheNamespace<T>) => {
    const id = JSON.stringify([namespace.name, namespace.codec.shape])
    // NOTE: name and shape are those of T, so whatever lies in this namespace is a T.
    const entries = (spaces.get(id) ?? new LRUCache({ max: namespace.entriesMax })) as LRUCache<string, T>
    spaces.set(id, entries)
    return cacheOver(entries, namespace)
  }
}

const cacheOver = <T extends NonNullable<unknown>>(entries: LRUCache<string, T>, { codec, ttl }: CacheNamespace<T>): Cache<T> => {
  const put = (key: string, value: T): true => {
    entries.set(key, value, { ttl: lifeMs(ttl) })
    return true
  }
  const isKept = (key: string, expected: T): boolean => {
    const kept = entries.get(key)
    return kept !== undefined && Buffer.compare(codec.encode(kept), codec.encode(expected)) === 0
  }
  return {
    get: async (keys) => {
      const found = new Map<string, T>()
      for (const key of keys) {
        const value = entries.get(key)
        if (value !== undefined) found.set(key, value)
      }
      return found
    },
    set: async (key, value) => void put(key, value),
    add: async (key, value) => !entries.has(key) && put(key, value),
    replace: async (key, expected, value) => isKept(key, expected) && put(key, value),
    touch: async (key) => {
      const value = entries.get(key)
      return value !== undefined && put(key, value)
    },
    remove: async (key) => void entries.delete(key),
  }
}
