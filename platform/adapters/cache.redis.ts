import { hash, randomBytes } from 'node:crypto'
import type { Log } from '#platform/observe/log.ts'
import type { Cache, CacheNamespace, CreateCache } from '#platform/ports/cache.ts'
import { Announcer } from '#platform/redis/announcer.ts'
import { type Connection, connectZones } from '#platform/redis/connect.ts'
import { FrameStore, type Kept, type Life } from '#platform/redis/frame-store.ts'
import type { Latch } from '#platform/redis/latch.ts'
import { Near } from '#platform/redis/near.ts'
import { digestOf, frameOf } from '#platform/redis/value.ts'
import { lifeMs } from '#platform/resilience/time-to-live.ts'

export type RedisCacheOptions = Connection & {
  /** What all keys begin with; caches of one prefix share their values. */
  readonly prefix: string
  readonly latch: Latch
  /** Memory for what was read in the last second; 0 keeps nothing in this process. */
  readonly memoryBytesMax: number
}

/**
 * Caches in Redis servers, in one or more zones: written to all of them, read from the nearest that answers. A zone that is away costs a read
 * `readMs` at most; when all are, everything is a miss. Throws ENGINE_REFUSES or ENGINE_ABSENT. See docs/decisions/0011-cache-in-redis.md.
 */
export const createRedisCache = async (options: RedisCacheOptions, log: Log): Promise<CreateCache & AsyncDisposable> => {
  await using stack = new AsyncDisposableStack()
  const zones = await connectZones(options, log, stack)
  const near = new Near(options.memoryBytesMax)
  const [channel, own] = [`${options.prefix}:changed`, randomBytes(6).toString('base64url')]
  const announcer = new Announcer(channel, own)
  const onMessage = (message: Buffer): void => {
    const keys = announcer.read(message)
    if (keys === null) near.clear()
    else for (const key of keys) near.forget(key)
  }
  if (options.memoryBytesMax > 0)
    for (const server of zones.flatMap((zone) => zone.servers)) stack.use(server.subscribe(channel, onMessage, () => near.clear()))
  const frames = new FrameStore({
    zones,
    latch: options.latch,
    announce: (redis, key) => announcer.changed(redis, key),
  })
  const owned = stack.move()
  const createCache: CreateCache = (namespace) => {
    const id = hash('sha256', JSON.stringify([namespace.name, namespace.codec.shape]), 'base64url').slice(0, 12)
    return cacheIn(namespace, { frames, near, prefix: `${options.prefix}:${id}:` })
  }
  return Object.assign(createCache, { [Symbol.asyncDispose]: () => owned.disposeAsync() })
}

type Where = { readonly frames: FrameStore; readonly near: Near; readonly prefix: string }

const cacheIn = <T extends NonNullable<unknown>>({ codec, ttl }: CacheNamespace<T>, { frames, near, prefix }: Where): Cache<T> => {
  const newLife = (): Life => {
    const life = lifeMs(ttl)
    return { lifeMs: life, expiresAt: Date.now() + life }
  }
  const keptOf = async (value: T): Promise<Kept | null> => {
    const life = newLife()
    const framed = await frameOf(codec.encode(value), { stamp: Date.now(), expiresAt: life.expiresAt })
    return framed === null ? null : { ...framed, ...life }
  }
  /** Changes a key by a value, which this process then has near; gives whether it was changed. */
  const change = async (key: string, value: T, by: (at: string, kept: Kept) => Promise<boolean>): Promise<boolean> => {
    const kept = await keptOf(value)
    if (kept === null) return false
    const at = prefix + key
    near.forget(at)
    const isChanged = await by(at, kept)
    if (isChanged) near.put(at, value, { bytes: kept.frame.length, expiresAt: kept.expiresAt })
    return isChanged
  }
  return {
    get: async (keys) => {
      const values = new Map<string, T>()
      const wanted: string[] = []
      for (const key of keys) {
        // NOTE: name and shape are those of T, so whatever lies in this namespace is a T.
        const kept = near.get(prefix + key) as { readonly value: T } | undefined
        if (kept === undefined) wanted.push(key)
        else values.set(key, kept.value)
      }
      if (wanted.length === 0) return values
      const found = await frames.read(wanted.map((key) => prefix + key))
      for (const [at, key] of wanted.entries()) {
        const one = found[at]
        const value = one === undefined ? undefined : decoded(codec.decode, one.bytes)
        if (one === undefined || value === undefined) continue
        values.set(key, value)
        near.put(prefix + key, value, { bytes: one.bytes.length, expiresAt: one.expiresAt })
      }
      return values
    },
    set: async (key, value) => void (await change(key, value, (at, kept) => frames.write(at, kept).then(() => true))),
    add: (key, value) => change(key, value, (at, kept) => frames.add(at, kept)),
    replace: (key, expected, value) => change(key, value, (at, kept) => frames.replace(at, digestOf(codec.encode(expected)), kept)),
    touch: (key) => {
      near.forget(prefix + key)
      return frames.touch(prefix + key, newLife())
    },
    remove: (key) => {
      near.forget(prefix + key)
      return frames.remove(prefix + key)
    },
  }
}

/** Undefined for bytes that are no value of this shape any more. */
const decoded = <T>(decode: (bytes: Uint8Array) => T, bytes: Buffer): T | undefined => {
  try {
    return decode(bytes)
  } catch {
    return undefined
  }
}
