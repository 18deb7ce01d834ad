import { LRUCache } from 'lru-cache'
import type { ObjectKey } from '#platform/contracts/object-key.ts'
import { counter } from '#platform/observe/metrics.ts'
import { collapse } from '#platform/resilience/collapse.ts'

/** All of an object as an edge keeps it. `lastModified` is an HTTP date. */
export type Held = {
  readonly body: Buffer
  readonly type: string
  readonly etag: string
  readonly lastModified: string
  readonly cacheControl: string
}
export type Fill = (key: ObjectKey) => Promise<Held | null>
export type EdgeCache = {
  /** The object, from memory or filled; null when there is none. However many ask at once, it is filled once. */
  readonly get: (key: ObjectKey) => Promise<{ readonly held: Held; readonly hit: boolean } | null>
  readonly bytes: () => number
  readonly entries: () => number
}

/** Of an object beside its bytes: its key of up to 512 characters, its headers, its place in the map. */
const overheadBytes = 1_024

const lookups = counter('edge_lookups_total', 'Objects asked of the edge cache', ['outcome'])

/**
 * Objects in memory, bounded in bytes; the least recently asked for goes first. NOTE: that an object is not there is not
 * remembered: whoever asks for random keys would choose what is, and an object that appears would not be seen.
 */
export const createEdgeCache = ({ bytesMax, fill }: { readonly bytesMax: number; readonly fill: Fill }): EdgeCache => {
  const held = new LRUCache<ObjectKey, Held>({ maxSize: bytesMax, sizeCalculation: ({ body }) => body.length + overheadBytes })
  const once = collapse<Held | null>()
  const load = async (key: ObjectKey): Promise<Held | null> => {
    const filled = await fill(key)
    if (filled !== null && !filled.cacheControl.includes('no-store')) held.set(key, filled)
    return filled
  }
  return {
    get: async (key) => {
      const present = held.get(key)
      lookups.inc({ outcome: present === undefined ? 'miss' : 'hit' })
      if (present !== undefined) return { held: present, hit: true }
      const filled = await once(key, () => load(key))
      return filled === null ? null : { held: filled, hit: false }
    },
    bytes: () => held.calculatedSize,
    entries: () => held.size,
  }
}
