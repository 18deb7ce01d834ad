import { Client } from '@elastic/elasticsearch'
import { storedOf } from '#platform/elasticsearch/mapping.ts'
import { queryOf } from '#platform/elasticsearch/query.ts'
import { openEngines } from '#platform/engines/engines.ts'
import { createLog } from '#platform/observe/log.ts'
import type { SearchDocument } from '#platform/ports/search-index.ts'
import { readConfig } from '#platform/settings/config.ts'
import type { Work } from './measure.ts'

const words = ['Harbour', 'Signal', 'Lantern', 'Orbit', 'Silver', 'Winter', 'Compass', 'River']
const documents: readonly SearchDocument[] = Array.from({ length: 2_000 }, (_, at) => ({
  id: `t${at}`,
  version: 1,
  names: [`${words[at % 8]} ${words[(at >> 3) % 8]} ${at}`],
  people: [],
  genres: ['DRAMA'],
  kind: 'FILM',
  maturity: 0,
  language: 'en',
  regions: ['*'],
  notRegions: [],
  popularity: 0.5,
}))

/** Searches with a typing error among 2,000 titles, and one title put and found. */
export const elasticsearchWork = async (
  settings: Readonly<Record<string, string>>,
  stack: AsyncDisposableStack,
): Promise<readonly Work[]> => {
  const [url = '', prefix] = [settings.ELASTICSEARCH_URL, 'bench']
  const env = { ELASTICSEARCH_URL: url, ELASTICSEARCH_PREFIX: prefix, ELASTICSEARCH_SEARCH_MS: '20000' }
  const engines = stack.use(openEngines(readConfig([], env), createLog('bench', 'warn')))
  const index = await engines.open('search')
  await index.put(documents)
  const client = stack.adopt(new Client({ node: url }), (each) => each.close())
  const live = `${prefix}-titles2-live`
  const query = queryOf('harbor signal', [], { region: 'US' })
  if (query === null) return []
  let version = Date.now()
  const put = () => {
    version += 1
    return index.put([{ ...(documents[0] ?? documents[1]), id: 'put', version } as SearchDocument])
  }
  const barePut = async () => {
    version += 1
    const { source } = storedOf({ ...(documents[0] ?? documents[1]), id: 'put', version } as SearchDocument)
    await client.bulk({
      index: live,
      operations: [{ index: { _id: 'put', version: 2 * version, version_type: 'external' } }, { ...source, id: 'put' }],
    })
    await client.indices.refresh({ index: live })
  }
  return [
    {
      engine: 'elasticsearch',
      work: 'search 2,000 titles',
      callers: 4,
      ours: () => index.search({ text: 'harbor signal', first: 20, filters: { region: 'US' } }),
      bare: () =>
        client.search({
          index: live,
          query,
          size: 21,
          _source: false,
          sort: [{ _score: { order: 'desc' } }, { id: 'asc' }],
          aggs: { kinds: { terms: { field: 'kind', size: 500 } }, genres: { terms: { field: 'shownGenres', size: 500 } } },
        }),
    },
    { engine: 'elasticsearch', work: 'put one title', callers: 1, ours: put, bare: barePut },
  ]
}
