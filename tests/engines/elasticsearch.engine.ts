import { openEngines } from '#platform/engines/engines.ts'
import { readConfig } from '#platform/settings/config.ts'
import { log } from '../boot.ts'
import { searchIndexPromises } from '../contracts/search-index.ts'
import { searchRelevance } from '../contracts/search-relevance.ts'
import { removeIndices } from './indices.ts'
import { ownSettings, whenUp } from './up.ts'

whenUp('elasticsearch', 'ELASTICSEARCH_URL', () => {
  const open = async () => {
    const settings = ownSettings()
    const engines = openEngines(readConfig([], { ...settings, ELASTICSEARCH_SEARCH_MS: '20000' }), log)
    return {
      index: await engines.open('search'),
      [Symbol.asyncDispose]: async () => {
        await engines[Symbol.asyncDispose]()
        await removeIndices(settings)
      },
    }
  }
  searchIndexPromises('Elasticsearch', open, { numRuns: 6 })
  searchRelevance('Elasticsearch', open)
})
