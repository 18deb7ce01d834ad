import type { Client, estypes } from '@elastic/elasticsearch'
import { asOurs, type ElasticsearchOptions, openElasticsearch, refusalOf, statusOf, versionMin } from '#platform/elasticsearch/client.ts'
import { Generations } from '#platform/elasticsearch/generations.ts'
import { removalOf, storedOf, termsOf } from '#platform/elasticsearch/mapping.ts'
import { alikeQuery, beginningsOf, queryOf } from '#platform/elasticsearch/query.ts'
import { waitForEngine } from '#platform/engines/wait.ts'
import type { Log } from '#platform/observe/log.ts'
import type { Counts, SearchFilters, SearchIndex, SearchPage, SearchQuery } from '#platform/ports/search-index.ts'
import { readCursor, writeCursor } from '#platform/search/cursor.ts'
import {
  candidatesMax,
  type Near,
  namesSpelled,
  nearNames,
  peopleSpelled,
  probablyMeant,
  type Spelling,
  typedPhrase,
} from '#platform/search/near-names.ts'
import { nearestName } from '#platform/search/nearest-name.ts'

/** Kinds and genres are few. */
const facetsMax = 500
/** Titles may share names, and each name is suggested once. */
const suggestionsRead = 5
const nothing: SearchPage = { ids: [], next: null, facets: { kinds: {}, genres: {} }, didYouMean: null }

/** Titles in Elasticsearch. Throws ENGINE_REFUSES or ENGINE_ABSENT. See docs/decisions/0012-search-in-elasticsearch.md. */
export const createElasticsearchIndex = async (options: ElasticsearchOptions, log: Log): Promise<SearchIndex & AsyncDisposable> => {
  const client = openElasticsearch(options)
  // NOTE: counted up with the mapping, so that instances of the version before keep what they search until they have gone.
  const generations = new Generations(client, `${options.prefix}-titles2`)
  await waitForEngine({
    engine: 'Elasticsearch',
    where: options.nodes.map((node) => new URL(node).host).join(', '),
    setting: 'ELASTICSEARCH_URL or ELASTICSEARCH_API_KEY',
    seconds: options.waitSeconds,
    log,
    attempt: async () => {
      await checkVersion(client)
      await generations.ensure()
    },
    refusal: refusalOf,
  })
  const look = (body: estypes.SearchRequest) => translated(() => searchLive(client, { ...body, index: generations.live }))
  return {
    put: (documents) => translated(() => generations.write(documents.map(storedOf))),
    remove: (id, version) => translated(() => generations.write([removalOf(id, version)])),
    search: (query) => searchPage(query, look),
    suggest: async (text, limit, filters = {}) => {
      const terms = termsOf(text)
      const query = beginningsOf(terms, filters)
      if (query === null || limit < 1) return []
      const size = Math.min(limit * suggestionsRead, 10_000)
      const { hits } = await look({ query, size, sort: [{ popularity: 'desc' }, { id: 'asc' }], _source: ['shownNames'] })
      return [...new Set(hits.hits.map((hit) => nearestName(namesOf(hit), terms)))].slice(0, limit)
    },
    rebuild: (documents) =>
      generations.rebuild(async (write) => {
        for await (const batch of documents) await write(batch.map(storedOf))
      }),
    [Symbol.asyncDispose]: () => client.close(),
  }
}

type Look = (body: estypes.SearchRequest) => Promise<estypes.SearchResponse>

const searchPage = async ({ text, first, after, filters = {} }: SearchQuery, look: Look): Promise<SearchPage> => {
  const cursor = after === undefined ? undefined : readCursor(after)
  const near = await nearTo(text, filters, look)
  const query = queryOf(text, near, filters)
  if (query === null) return nothing
  const { hits, aggregations } = await look({
    query,
    size: Math.min(first + 1, 10_000),
    sort: [{ _score: { order: 'desc' } }, { id: 'asc' }],
    _source: false,
    // NOTE: copies of a shard give slightly different scores, and pages of one search must not mix them.
    preference: `text-${Buffer.from(text.slice(0, 100)).toString('base64url')}`,
    aggs: { kinds: { terms: { field: 'kind', size: facetsMax } }, genres: { terms: { field: 'shownGenres', size: facetsMax } } },
    ...(cursor === undefined ? {} : { search_after: [cursor.score, cursor.id] }),
  })
  const page = hits.hits.slice(0, first)
  const [score, id] = page.at(-1)?.sort ?? []
  const hasMore = hits.hits.length > first && page.length > 0
  return {
    ids: page.map(({ _id = '' }) => _id),
    next: hasMore ? writeCursor({ score: Number(score), id: String(id) }) : null,
    facets: { kinds: countsOf(aggregations?.kinds), genres: countsOf(aggregations?.genres) },
    didYouMean: probablyMeant(near),
  }
}

/** Names that a text is near: those that the server finds alike, compared letter by letter here, as every engine does it. */
const nearTo = async (text: string, filters: SearchFilters, look: Look): Promise<readonly Near[]> => {
  const typed = typedPhrase(text)
  const candidates = async (field: 'grams' | 'peopleGrams', spelled: (found: Found) => readonly Spelling[]) => {
    const query = alikeQuery(typed, field, filters)
    if (query === null) return []
    const _source = ['id', 'shownNames', 'shownPeople', 'popularity']
    const { hits } = await look({ query, size: candidatesMax, sort: [{ _score: { order: 'desc' } }, { id: 'asc' }], _source })
    return hits.hits.flatMap((hit) => spelled(foundOf(hit)))
  }
  return nearNames(typed, (await Promise.all([candidates('grams', namesSpelled), candidates('peopleGrams', peopleSpelled)])).flat())
}

type Found = Parameters<typeof namesSpelled>[0] & Parameters<typeof peopleSpelled>[0]

const foundOf = ({ _id: id = '', _source }: estypes.SearchHit): Found => {
  const { shownNames = [], shownPeople = [], popularity = 0 } = (_source ?? {}) as Partial<Shown>
  return { id, names: shownNames, people: shownPeople, popularity }
}
type Shown = { readonly shownNames: readonly string[]; readonly shownPeople: readonly string[]; readonly popularity: number }

/** NOTE: when a rebuild has ended in between, the index that the alias led to may have gone. */
const searchLive = async (client: Client, body: estypes.SearchRequest): Promise<estypes.SearchResponse> => {
  try {
    return await client.search(body)
  } catch (error) {
    if (statusOf(error) !== 404) throw error
    return client.search(body)
  }
}

const translated = async <T>(call: () => Promise<T>): Promise<T> => {
  try {
    return await call()
  } catch (error) {
    throw asOurs(error)
  }
}

const countsOf = (aggregation: unknown): Counts => {
  const buckets = (aggregation as estypes.AggregationsStringTermsAggregate | undefined)?.buckets ?? []
  return Object.fromEntries((Array.isArray(buckets) ? buckets : []).map(({ key, doc_count }) => [String(key), doc_count]))
}

const namesOf = ({ _source }: estypes.SearchHit): readonly string[] => ((_source ?? {}) as Partial<Shown>).shownNames ?? []

const checkVersion = async (client: Client): Promise<void> => {
  const { nodes } = await client.nodes.info({ filter_path: 'nodes.*.version' })
  const versions = Object.values(nodes ?? {}).map(({ version }) => version)
  if (versions.length === 0) throw new Error('what answers there is not Elasticsearch')
  const old = versions.find((version) => Number.parseInt(version, 10) < versionMin)
  if (old !== undefined) throw new Error(`it is version ${old}, and ${versionMin} or later is needed`)
}
