import type { DocumentNode } from 'graphql'
import { LRUCache } from 'lru-cache'

const bytesMax = 8 * 1024 * 1024
/** Estimated: what a parsed document holds, over the length of its JSON text. */
const heapShare = 3

/** Parsed operations that a server keeps, bounded by the bytes they hold. */
export const documentStore = () => {
  const cache = new LRUCache<string, DocumentNode>({
    maxSize: bytesMax,
    sizeCalculation: (document) => heapShare * JSON.stringify(document).length,
  })
  return {
    get: async (key: string) => cache.get(key),
    set: async (key: string, document: DocumentNode) => void cache.set(key, document),
    delete: async (key: string) => cache.delete(key),
  }
}
