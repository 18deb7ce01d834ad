import { createMiniSearchIndex } from '#platform/adapters/search-index.minisearch.ts'
import { searchIndexPromises } from './search-index.ts'
import { searchRelevance } from './search-relevance.ts'

const open = async () => ({ index: createMiniSearchIndex(), [Symbol.asyncDispose]: async () => undefined })

searchIndexPromises('minisearch', open)
searchRelevance('minisearch', open)
