import { createMemoryCache } from '#platform/adapters/cache.memory.ts'
import { cachePromises } from './cache.ts'

cachePromises('memory', async () => ({ createCache: createMemoryCache(), [Symbol.asyncDispose]: async () => undefined }))
