import { createMiniSearchIndex } from '#platform/adapters/search-index.minisearch.ts'
import { searchIndexPromises } from './search-index.ts'

searchIndexPromises('minisearch', async () => ({ index: createMiniSearchIndex(), [Symbol.asyncDispose]: async () => undefined }))
