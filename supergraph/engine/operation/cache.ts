import { LRUCache } from 'lru-cache'

/** Prepared operations by text and name, the least recently used ones forgotten. Sizes are those of the texts. */
export const operationCache = <T extends object>(bytesMax: number) => {
  const cache = new LRUCache<string, T>({ maxSize: bytesMax, sizeCalculation: (_value, key) => key.length + 1 })
  return (text: string, name: string | undefined, make: () => T): T => {
    const key = name === undefined ? text : `${name}\0${text}`
    const known = cache.get(key)
    if (known !== undefined) return known
    const made = make()
    cache.set(key, made)
    return made
  }
}
