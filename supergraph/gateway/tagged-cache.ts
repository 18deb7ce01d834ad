import { LRUCache } from 'lru-cache'
import type { Caching } from '../engine/caching.ts'

/** JSON that may be kept for a while. */
export type Kept = { readonly json: Buffer; readonly caching: Caching }
export type TaggedCache = {
  /** What is kept under the first of these keys that has something, with the time that is left. */
  readonly find: (...keys: readonly (string | undefined)[]) => Kept | undefined
  readonly keep: (key: string, kept: Kept) => void
  /** Forgets all with one of these tags, and returns how many. */
  readonly forget: (tags: readonly string[]) => number
}

/** JSON by key in bounded memory, each as long as its caching allows, and found again by its tags. */
export const createTaggedCache = (bytesMax: number): TaggedCache => {
  const byTag = new Map<string, Set<string>>()
  const kept = new LRUCache<string, Kept>({
    maxSize: bytesMax,
    sizeCalculation: ({ json }, key) => json.length + key.length,
    dispose: ({ caching: { tags } }, key) => {
      for (const tag of tags) if (byTag.get(tag)?.delete(key) && byTag.get(tag)?.size === 0) byTag.delete(tag)
    },
  })
  return {
    find: (...keys) => {
      const key = keys.find((each) => each !== undefined && kept.has(each)) ?? ''
      const found = kept.get(key)
      return found && { ...found, caching: { ...found.caching, maxAgeSeconds: Math.floor(kept.getRemainingTTL(key) / 1000) } }
    },
    keep: (key, value) => {
      kept.set(key, value, { ttl: value.caching.maxAgeSeconds * 1000 })
      for (const tag of value.caching.tags) byTag.set(tag, (byTag.get(tag) ?? new Set()).add(key))
    },
    forget: (tags) => {
      const keys = new Set(tags.flatMap((tag) => [...(byTag.get(tag) ?? [])]))
      for (const key of keys) kept.delete(key)
      return keys.size
    },
  }
}
