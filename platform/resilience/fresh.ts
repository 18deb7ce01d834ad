import type { Cache } from '#platform/ports/cache.ts'
import { collapse } from '#platform/resilience/collapse.ts'

export type Kept<T> = { readonly value: T; readonly freshUntil: number }
export type FreshOptions<T> = {
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
export const keepFresh = <T>(cache: Cache<Kept<T>>, { freshSeconds, staleSeconds, keep = () => true, now = Date.now }: FreshOptions<T>) => {
  const once = collapse<T>()
  return async (key: string, load: () => Promise<T>): Promise<T> => {
    const renew = () =>
      once(key, async () => {
        const value = await load()
        if (keep(value)) await cache.set(key, { value, freshUntil: now() + freshSeconds * 1000 }, freshSeconds + staleSeconds)
        return value
      })
    const kept = await cache.get(key)
    if (kept === undefined) return renew()
    if (kept.freshUntil < now()) renew().catch(() => undefined)
    return kept.value
  }
}
