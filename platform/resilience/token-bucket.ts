import { LRUCache } from 'lru-cache'

/** A key may take `perSecond` on average, and `burst` at once when it has taken little for a while. */
export type BucketRule = {
  readonly perSecond: number
  readonly burst: number
  /** Keys that are remembered; one that is forgotten has a full bucket again. */
  readonly keysMax?: number
}
/** Takes so many for a key; gives 0, or how many seconds to wait when that was too many, and then takes none. */
export type TokenBucket = (key: string, count: number) => number

/** Token buckets in the memory of this process, one per key; `nowMs` is a clock that never goes back. */
export const tokenBucket = (
  { perSecond, burst, keysMax = 100_000 }: BucketRule,
  nowMs: () => number = () => performance.now(),
): TokenBucket => {
  const buckets = new LRUCache<string, { left: number; atMs: number }>({ max: keysMax })
  return (key, count) => {
    const now = nowMs()
    const bucket = buckets.get(key) ?? { left: burst, atMs: now }
    bucket.left = Math.min(burst, bucket.left + ((now - bucket.atMs) * perSecond) / 1000)
    bucket.atMs = now
    buckets.set(key, bucket)
    if (count > bucket.left) return Math.max(1, Math.ceil((count - bucket.left) / perSecond))
    bucket.left -= count
    return 0
  }
}
