import type { CreateCache } from '#platform/ports/cache.ts'
import { collapse } from '#platform/resilience/collapse.ts'
import { jsonCodec } from '#platform/text/json-codec.ts'

type Kept<T> = { readonly value: T; readonly freshUntil: number }
export type FreshOptions<T> = {
  /** Name of the cache's namespace, and what its values look like. */
  readonly name: string
  readonly shape: string
  readonly entriesMax: number
  readonly freshSeconds: number
  readonly staleSeconds: number
  /** Whether a value is worth remembering; all are, when it is not given. */
  readonly keep?: (value: T) => boolean
  readonly now?: () => number
}

/**
 * Cache-aside with stale-while-revalidate (RFC 5861): a fresh value is given as it is, a stale one is given while one
 * caller renews it, and a missing one is loaded once for all who wait.
 */
export const keepFresh = <T>(createCache: CreateCache, options: FreshOptions<T>) => {
  const { name, shape, entriesMax, freshSeconds, staleSeconds, keep = () => true, now = Date.now } = options
  const ttl = { seconds: freshSeconds + staleSeconds, jitter: 0 }
  const cache = createCache({ name, codec: jsonCodec<Kept<T>>(shape), ttl, entriesMax })
  const once = collapse<T>()
  return async (key: string, load: () => Promise<T>): Promise<T> => {
    const renew = () =>
      once(key, async () => {
        const value = await load()
        if (keep(value)) await cache.set(key, { value, freshUntil: now() + freshSeconds * 1000 })
        return value
      })
    const kept = (await cache.get([key])).get(key)
    if (kept === undefined) return renew()
    if (kept.freshUntil < now()) renew().catch(() => undefined)
    return kept.value
  }
}
