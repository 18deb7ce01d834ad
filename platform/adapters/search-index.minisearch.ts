import MiniSearch, { type SearchResult } from 'minisearch'
import type { Counts, SearchDocument, SearchFilters, SearchIndex, SearchPage, SearchQuery } from '#platform/ports/search-index.ts'
import { readCursor, writeCursor } from '#platform/search/cursor.ts'
import { nearestName } from '#platform/search/nearest-name.ts'
import { fieldBoosts, forgivenEdits, isBeginning, popularityWeight } from '#platform/search/relevance.ts'
import { searchTerms } from '#platform/text/search-terms.ts'

type Indexed = {
  readonly id: string
  readonly names: string
  readonly people: string
  readonly genres: string
  readonly popularity: number
}
/** The newest version of each id: what is searched, or `document` null for what was removed. */
type Held = { readonly version: number; readonly document: SearchDocument | null }

const indexed = ({ id, names, people, genres, popularity }: SearchDocument): Indexed => ({
  id,
  names: names.join(' \n '),
  people: people.join(' \n '),
  genres: genres.join(' '),
  popularity,
})

const emptyIndex = () =>
  new MiniSearch<Indexed>({
    fields: ['names', 'people', 'genres'],
    storeFields: ['popularity'],
    tokenize: searchTerms,
    processTerm: (term) => term,
    searchOptions: {
      boost: fieldBoosts,
      prefix: isBeginning,
      fuzzy: forgivenEdits,
      combineWith: 'AND',
      boostDocument: (_id, _term, fields) => 1 + popularityWeight * Number(fields?.popularity ?? 0),
    },
  })

/** One generation of the index, with the versions of what lies in it. */
class Generation {
  readonly #index = emptyIndex()
  readonly #held: Map<string, Held>

  /** Knows from the beginning which documents were removed, so that an old version of one does not come back. */
  constructor(held: ReadonlyMap<string, Held> = new Map()) {
    this.#held = new Map([...held].filter(([, { document }]) => document === null))
  }

  successor(): Generation {
    return new Generation(this.#held)
  }

  put(document: SearchDocument): void {
    if (this.#isOld(document.id, document.version)) return
    const entry = indexed(document)
    if (this.#index.has(document.id)) this.#index.replace(entry)
    else this.#index.add(entry)
    this.#held.set(document.id, { version: document.version, document })
  }

  remove(id: string, version: number): void {
    if (this.#isOld(id, version + 1)) return
    if (this.#index.has(id)) this.#index.discard(id)
    this.#held.set(id, { version, document: null })
  }

  /** What was found and passes the filters, best first; what is equally good in the order of ids. */
  hits(text: string, filters: SearchFilters): readonly Hit[] {
    return this.#index
      .search(text, { filter: (found) => passes(this.#document(found), filters) })
      .map((found) => ({ score: found.score, document: this.#document(found) }))
      .toSorted((a, b) => b.score - a.score || (a.document.id < b.document.id ? -1 : 1))
  }

  named(text: string, limit: number): readonly string[] {
    const wanted = searchTerms(text)
    const found = this.#index.search(text, { fields: ['names'], prefix: true, fuzzy: false })
    const documents = found.map((each) => this.#document(each)).toSorted((a, b) => b.popularity - a.popularity)
    return [...new Set(documents.map(({ names }) => nearestName(names, wanted)))].slice(0, limit)
  }

  #isOld(id: string, version: number): boolean {
    return (this.#held.get(id)?.version ?? Number.NEGATIVE_INFINITY) >= version
  }

  #document({ id }: Pick<SearchResult, 'id'>): SearchDocument {
    const document = this.#held.get(String(id))?.document
    if (!document) throw new TypeError(`The index found ${String(id)}, which was not put into it`)
    return document
  }
}

type Hit = { readonly score: number; readonly document: SearchDocument }

const passes = (document: SearchDocument, { region, maturityMax, kinds, language }: SearchFilters): boolean =>
  (region === undefined || isOffered(document, region)) &&
  (maturityMax === undefined || document.maturity <= maturityMax) &&
  (kinds === undefined || kinds.includes(document.kind)) &&
  (language === undefined || document.language === language)

const isOffered = ({ regions, notRegions }: SearchDocument, region: string): boolean =>
  regions.includes(region) || (regions.includes('*') && !notRegions.includes(region))

const cursorOf = ({ score, document }: Hit): string => writeCursor({ score, id: document.id })

const isAfter = (cursor: string): ((hit: Hit) => boolean) => {
  const { score, id } = readCursor(cursor)
  return (hit) => hit.score < score || (hit.score === score && hit.document.id > id)
}

const counts = (hits: readonly Hit[], valuesOf: (document: SearchDocument) => readonly string[]): Counts => {
  const values = hits.flatMap(({ document }) => valuesOf(document))
  return Object.fromEntries([...Map.groupBy(values, (value) => value)].map(([value, group]) => [value, group.length]))
}

const pageOf = (hits: readonly Hit[], { first, after }: SearchQuery): SearchPage => {
  const rest = after === undefined ? hits : hits.filter(isAfter(after))
  const page = rest.slice(0, first)
  const last = page.at(-1)
  return {
    ids: page.map(({ document }) => document.id),
    next: last !== undefined && rest.length > first ? cursorOf(last) : null,
    facets: { kinds: counts(hits, ({ kind }) => [kind]), genres: counts(hits, ({ genres }) => genres) },
  }
}

/** The whole index in this process. */
export const createMiniSearchIndex = (): SearchIndex => {
  const state = { live: new Generation(), next: new Set<Generation>() }
  const written = (): readonly Generation[] => [state.live, ...state.next]
  return {
    put: async (documents) => {
      for (const generation of written()) for (const document of documents) generation.put(document)
    },
    remove: async (id, version) => {
      for (const generation of written()) generation.remove(id, version)
    },
    search: async (query) => pageOf(state.live.hits(query.text, query.filters ?? {}), query),
    suggest: async (text, limit) => state.live.named(text, limit),
    rebuild: async (documents) => {
      const next = state.live.successor()
      state.next.add(next)
      try {
        for await (const batch of documents) for (const document of batch) next.put(document)
        state.live = next
      } finally {
        state.next.delete(next)
      }
    },
  }
}
