import { parseExact, stringifyExact } from '#platform/text/exact-json.ts'
import { allowedBy } from '../engine/caching.ts'
import type { EntityCache } from '../engine/fetch/entity-cache.ts'
import type { Incoming } from './incoming.ts'
import { createTaggedCache } from './tagged-cache.ts'

export type EntityStore = EntityCache<Incoming> & {
  /** Forgets entities with one of these tags and returns how many. Every entity has its type's name as a tag. */
  readonly forget: (tags: readonly string[]) => number
}

/** Entities in bounded memory, each as long as its subgraph's `Cache-Control` allows, for all or for callers whose forwarded headers are alike. */
export const createEntityStore = (bytesMax: number, callerOf: (subgraph: string, incoming: Incoming) => string): EntityStore => {
  const kept = createTaggedCache(bytesMax)
  return {
    keys: ({ node, alias, variables }, incoming) => {
      const asked = `${node.subgraph}\0${node.operation}\0${alias}\0${variables}\0`
      const caller = callerOf(node.subgraph, incoming)
      return { ...allowedBy(incoming.headers), shared: (text) => `${asked}${text}`, own: (text) => `${asked}${text}\0${caller}` }
    },
    find: (keys, text) => {
      if (!keys.mayFind) return undefined
      const found = kept.find(keys.shared(text), keys.own(text))
      return found && { value: parseExact(String(found.json)), caching: found.caching }
    },
    keep: (keys, text, { value, caching }) => {
      if (!keys.mayKeep) return
      const type = /^{"__typename":"([^"]+)"/.exec(text)?.[1]
      const tags = [...caching.tags, ...(type === undefined ? [] : [type])]
      kept.keep(caching.isPrivate ? keys.own(text) : keys.shared(text), {
        json: Buffer.from(stringifyExact(value)),
        caching: { ...caching, tags },
      })
    },
    forget: kept.forget,
  }
}
