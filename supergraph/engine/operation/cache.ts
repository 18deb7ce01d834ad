import { LRUCache } from 'lru-cache'

/** Reports that a kept operation holds so many bytes more. */
export type Grow = (bytes: number) => void
type Held<T> = { readonly value: T; readonly bytes: number }

/** Measured together with `planBytes` as the growth of the heap over hundreds of operations that were planned: within 12 %. */
const bytesOfText = (text: string): number => 3_000 + 80 * text.length

/**
 * Prepared operations by text and name, the least recently used ones forgotten. They count with what they are measured to
 * hold, and grow as plans and compiled forms are added.
 */
export const operationCache = <T extends object>(bytesMax: number) => {
  const cache = new LRUCache<string, Held<T>>({ maxSize: bytesMax, sizeCalculation: ({ bytes }) => bytes })
  return (text: string, name: string | undefined, make: (grow: Grow) => T): T => {
    const key = name === undefined ? text : `${name}\0${text}`
    const known = cache.get(key)
    if (known !== undefined) return known.value
    let bytes = bytesOfText(text)
    const value = make((more) => {
      bytes += more
      if (cache.peek(key)?.value === value) cache.set(key, { value, bytes })
    })
    cache.set(key, { value, bytes })
    return value
  }
}
