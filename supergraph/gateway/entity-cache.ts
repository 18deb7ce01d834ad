import { LRUCache } from 'lru-cache'
import type { Caching } from '../engine/caching.ts'
import type { EntityCache } from '../engine/fetch/entity-cache.ts'
import type { Incoming } from './http-subgraph.ts'

type Kept = { readonly json: Buffer; readonly caching: Caching; readonly until: number }
export type EntityStore = EntityCache<Incoming> & {
  /** Forgets entities with one of these tags and tells how many. Every entity has its type's name as a tag. */
  readonly forget: (tags: readonly string[]) => number
}

/** Entities in bounded memory, each as long as its subgraph's `Cache-Control` allows, for all or for callers whose forwarded headers are alike. */
export const createEntityStore = (bytesMax: number, callerOf: (subgraph: string, incoming: Incoming) => string): EntityStore => {
  const byTag = new Map<string, Set<string>>()
  const kept = new LRUCache<string, Kept>({
    maxSize: bytesMax,
    sizeCalculation: ({ json }, key) => json.length + key.length,
    dispose: ({ caching }, key) => {
      for (const tag of caching.tags) if (byTag.get(tag)?.delete(key) && byTag.get(tag)?.size === 0) byTag.delete(tag)
    },
  })
  return {
    keys: ({ node, alias, variables }, incoming) => {
      const asked = `${node.subgraph}\0${node.operation}\0${alias}\0${variables}\0`
      return { shared: (text) => `${asked}${text}`, own: (text) => `${asked}${text}\0${callerOf(node.subgraph, incoming)}` }
    },
    find: (keys, text) => {
      const found = kept.get(keys.shared(text)) ?? kept.get(keys.own(text))
      if (found === undefined) return undefined
      const maxAgeSeconds = Math.max(0, Math.floor((found.until - Date.now()) / 1000))
      return { value: JSON.parse(String(found.json)), caching: { ...found.caching, maxAgeSeconds } }
    },
    keep: (keys, text, { value, caching }) => {
      const key = caching.isPrivate ? keys.own(text) : keys.shared(text)
      const type = /^{"__typename":"([^"]+)"/.exec(text)?.[1]
      const tags = [...caching.tags, ...(type === undefined ? [] : [type])]
      const ttl = caching.maxAgeSeconds * 1000
      kept.set(key, { json: Buffer.from(JSON.stringify(value)), caching: { ...caching, tags }, until: Date.now() + ttl }, { ttl })
      for (const tag of tags) byTag.set(tag, (byTag.get(tag) ?? new Set()).add(key))
    },
    forget: (tags) => {
      const keys = new Set(tags.flatMap((tag) => [...(byTag.get(tag) ?? [])]))
      for (const key of keys) kept.delete(key)
      return keys.size
    },
  }
}
