import type { Redis } from 'ioredis'
import { counter } from '#platform/observe/metrics.ts'
import { awaitLatch, type Latch } from '#platform/redis/latch.ts'
import { rendezvous } from '#platform/redis/rendezvous.ts'
import { putNewer, replaceFrame, touchFrame } from '#platform/redis/scripts.ts'
import { encodedSet, sendSet } from '#platform/redis/set-command.ts'
import { chunksOf, expiryOf, type Framed, plainOf, unframe } from '#platform/redis/value.ts'
import type { Zone } from '#platform/redis/zone.ts'

/** Chunks outlive what names them by so much. */
const chunkExtraMs = 10_000

const reads = counter('cache_reads_total', 'Keys found in the cache in Redis, by the zone that had them', ['zone'])
const [readNearest, readElsewhere] = [reads.labels({ zone: 'nearest' }), reads.labels({ zone: 'another' })]
const writes = counter('cache_writes_total', 'Writes to the cache in Redis, by whether as many zones took them as its latch wants', [
  'outcome',
])
const [writtenToEnough, writtenToTooFew] = [writes.labels({ outcome: 'kept' }), writes.labels({ outcome: 'too_few_zones' })]

export type Life = { readonly lifeMs: number; readonly expiresAt: number }
export type Kept = Framed & Life
export type Found = { readonly bytes: Buffer; readonly expiresAt: number }

type Reading = { readonly keys: readonly string[]; readonly places: readonly number[]; readonly found: (Found | undefined)[] }
type Parts = {
  /** The nearest first. */
  readonly zones: readonly Zone[]
  readonly latch: Latch
  /** Lets other processes know that a key has changed; called after each command that changes it was given to its connection. */
  readonly announce: (redis: Redis, key: string) => void
}

/** Frames in several zones: written to all of them, read from the nearest that answers. Nothing of it rejects. */
export class FrameStore {
  readonly #zones: readonly Zone[]
  readonly #latch: Latch
  readonly #announce: Parts['announce']
  readonly #byName: readonly Zone[]
  readonly #preference: (key: string) => readonly number[]

  constructor({ zones, latch, announce }: Parts) {
    this.#zones = zones
    this.#latch = latch
    this.#announce = announce
    this.#byName = zones.toSorted((a, b) => (a.name < b.name ? -1 : 1))
    this.#preference = rendezvous(this.#byName.map(({ name }) => name))
  }

  /** What lies under each of the keys, in their order. */
  async read(keys: readonly string[]): Promise<readonly (Found | undefined)[]> {
    const found: (Found | undefined)[] = Array.from({ length: keys.length })
    let places = keys.map((_, at) => at)
    for (const zone of this.#zones) {
      if (places.length === 0) break
      places = await this.#readFrom(zone, { keys, places, found })
    }
    return found
  }

  /** Gives the places of those keys that another zone may have. */
  async #readFrom(zone: Zone, { keys, places, found }: Reading): Promise<number[]> {
    const frames = await zone.read(places.length === keys.length ? keys : places.map((at) => keys[at] ?? ''))
    const isNearest = zone === this.#zones[0]
    const [elsewhere, apart]: [number[], Promise<void>[]] = [[], []]
    let count = 0
    for (const [nth, at] of places.entries()) {
      const frame = frames[nth]
      if (frame === undefined) elsewhere.push(at)
      if (frame == null) continue
      count += 1
      const bytes = plainOf(frame)
      if (bytes === undefined) apart.push(this.#open(zone, { key: keys[at] ?? '', frame, found, at }))
      else found[at] = { bytes, expiresAt: expiryOf(frame) }
      if (!isNearest) this.#warm(keys[at] ?? '', frame)
    }
    ;(isNearest ? readNearest : readElsewhere).inc(count)
    if (apart.length > 0) await Promise.all(apart)
    return elsewhere
  }

  async write(key: string, kept: Kept): Promise<void> {
    const set = encodedSet(key, kept.frame, kept.lifeMs)
    const put = (zone: Zone): Promise<unknown> => zone.write(key, (redis) => this.#change(redis, key, sendSet(redis, key, set)))
    const { chunks } = kept
    await this.#latched(
      this.#zones.map(chunks.length === 0 ? put : async (zone) => ((await this.#putChunks(zone, key, kept)) ? put(zone) : undefined)),
    )
  }

  /** Of all processes that add at once one is given true, as long as the same zones are up. */
  async add(key: string, kept: Kept): Promise<boolean> {
    return this.#decide(key, kept, async (redis) =>
      (await redis.set(key, kept.frame, 'PX', kept.lifeMs, 'NX')) === null ? null : kept.frame,
    )
  }

  /** Puts a value in the place of the one with this digest; else as `add`. */
  async replace(key: string, digest: Buffer, kept: Kept): Promise<boolean> {
    return this.#decide(key, kept, (redis) => replaceFrame(redis, key, { digest, ...kept }))
  }

  /** Whether there was a value whose life could begin anew. */
  async touch(key: string, life: Life): Promise<boolean> {
    const touches = this.#zones.map(async (zone) => {
      const header = await zone.write(key, (redis) => touchFrame(redis, key, life))
      const chunks = header == null ? [] : chunksOf(header).map((ending) => key + ending)
      await Promise.all(chunks.map((chunk) => zone.write(chunk, (redis) => redis.pexpire(chunk, life.lifeMs + chunkExtraMs))))
      return header
    })
    await this.#latched(touches)
    const settled = await Promise.all(touches)
    return settled.some((header) => header != null)
  }

  async remove(key: string): Promise<void> {
    await this.#latched(this.#zones.map((zone) => zone.write(key, (redis) => this.#change(redis, key, redis.unlink(key)))))
  }

  /** NOTE: one zone decides for every process, whichever is the nearest to it; while it is away, the next one does. */
  async #decide(key: string, kept: Kept, decideBy: (redis: Redis) => Promise<Buffer | null>): Promise<boolean> {
    const deciders = this.#preference(key).flatMap((at) => (this.#byName[at]?.isUsableFor(key) ? [this.#byName[at]] : []))
    for (const decider of deciders) {
      if (!(await this.#putChunks(decider, key, kept))) continue
      const frame = await decider.write(key, (redis) => this.#change(redis, key, decideBy(redis)))
      if (frame === null) return false
      if (frame === undefined) continue
      const others = this.#zones.map((zone) => (zone === decider ? Promise.resolve(true) : this.#putNewer(zone, key, { ...kept, frame })))
      await this.#latched(others)
      return true
    }
    return false
  }

  async #latched(all: readonly Promise<unknown>[]): Promise<void> {
    ;((await awaitLatch(this.#latch, all)) ? writtenToEnough : writtenToTooFew).inc()
  }

  async #putNewer(zone: Zone, key: string, kept: Kept): Promise<unknown> {
    if (!(await this.#putChunks(zone, key, kept))) return undefined
    return zone.write(key, (redis) => this.#change(redis, key, putNewer(redis, key, kept)))
  }

  async #putChunks(zone: Zone, key: string, { chunks, lifeMs }: Kept): Promise<boolean> {
    const puts = chunks.map(([ending, bytes]) =>
      zone.write(key + ending, (redis) => redis.set(key + ending, bytes, 'PX', lifeMs + chunkExtraMs)),
    )
    return (await Promise.all(puts)).every((put) => put !== undefined)
  }

  #change<T>(redis: Redis, key: string, changed: Promise<T>): Promise<T> {
    this.#announce(redis, key)
    return changed
  }

  async #open(
    zone: Zone,
    { key, frame, found, at }: { readonly key: string; readonly frame: Buffer; readonly found: (Found | undefined)[]; readonly at: number },
  ): Promise<void> {
    const endings = chunksOf(frame)
    const chunks = endings.length === 0 ? [] : await zone.readChunks(endings.map((ending) => key + ending))
    if (chunks === null) return
    // NOTE: what another version has written, or what was damaged, is as if it were not there.
    const bytes = await unframe(frame, chunks).catch(() => null)
    if (bytes !== null) found[at] = { bytes, expiresAt: expiryOf(frame) }
  }

  /** Lets the nearest zone, which was away, have again what another zone had. */
  #warm(key: string, frame: Buffer): void {
    const [nearest] = this.#zones
    const lifeMs = Math.floor(expiryOf(frame) - Date.now())
    if (lifeMs > 0 && chunksOf(frame).length === 0 && nearest?.isUsableFor(key))
      void nearest.write(key, (redis) => redis.set(key, frame, 'PX', lifeMs, 'NX').then(() => true))
  }
}
