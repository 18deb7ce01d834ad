import MiniSearch from 'minisearch'
import type { Counts, SearchDocument, SearchFilters, SearchIndex, SearchPage, SearchQuery } from '#platform/ports/search-index.ts'
import { readCursor, writeCursor } from '#platform/search/cursor.ts'
import { GramIndex } from '#platform/search/gram-index.ts'
import {
  candidatesMax,
  type Near,
  namesSpelled,
  nearNames,
  peopleSpelled,
  probablyMeant,
  typedPhrase,
} from '#platform/search/near-names.ts'
import { nearestName } from '#platform/search/nearest-name.ts'
import { fieldBoosts, forgivenEdits, isBeginning, popularityWeight } from '#platform/search/relevance.ts'
import { searchTerms } from '#platform/text/search-terms.ts'

type Indexed = {
  readonly id: string
  readonly names: string
  readonly people: string
  readonly genres: string
}
/** The newest version of each id: what is searched, or `document` null for what was removed. */
type Held = { readonly version: number; readonly document: SearchDocument | null }

const indexed = ({ id, names, people, genres }: SearchDocument): Indexed => ({
  id,
  names: names.join(' \n '),
  people: people.join(' \n '),
  genres: genres.join(' '),
})

const emptyIndex = () =>
  new MiniSearch<Indexed>({
    fields: ['names', 'people', 'genres'],
    tokenize: searchTerms,
    processTerm: (term) => term,
    searchOptions: {
      boost: fieldBoosts,
      prefix: isBeginning,
      combineWith: 'AND',
    },
  })

/** One generation of the index, with the versions of what lies in it. */
class Generation {
  readonly #index = emptyIndex()
  readonly #names = new GramIndex()
  readonly #people = new GramIndex()
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
    this.#forget(document.id)
    for (const spelling of namesSpelled(document)) this.#names.add(spelling)
    for (const spelling of peopleSpelled(document)) this.#people.add(spelling)
    this.#held.set(document.id, { version: document.version, document })
  }

  remove(id: string, version: number): void {
    if (this.#isOld(id, version + 1)) return
    if (this.#index.has(id)) this.#index.discard(id)
    this.#forget(id)
    this.#held.set(id, { version, document: null })
  }

  /** What was found and passes the filters, best first; what is equally good in the order of ids. */
  find(text: string, filters: SearchFilters): Found {
    const isWanted = (id: string): boolean => passes(this.#document(id), filters)
    const near = this.#near(text, isWanted)
    const worded = this.#worded(text, isWanted)
    const scores = new Map([...worded, ...near.map(({ id, score }): Scored => [id, score])])
    const forgiven = scores.size > 0 ? scores : new Map(this.#worded(text, isWanted, forgivenEdits))
    const hits = [...forgiven]
      .map(([id, score]) => ({ score, document: this.#document(id) }))
      .toSorted((a, b) => b.score - a.score || (a.document.id < b.document.id ? -1 : 1))
    return { hits, didYouMean: worded.length > 0 ? null : probablyMeant(near) }
  }

  named(text: string, limit: number, filters: SearchFilters): readonly string[] {
    const wanted = searchTerms(text)
    const found = this.#index.search(text, { fields: ['names'], prefix: true, fuzzy: false })
    const documents = found
      .map((each) => this.#document(String(each.id)))
      .filter((document) => passes(document, filters))
      .toSorted((a, b) => b.popularity - a.popularity)
    return [...new Set(documents.map(({ names }) => nearestName(names, wanted)))].slice(0, limit)
  }

  /** What has all the words, whether in a name, of a person or as its genre. */
  #worded(text: string, isWanted: (id: string) => boolean, fuzzy: false | typeof forgivenEdits = false): readonly Scored[] {
    const holding = fuzzy === false ? this.#holdingLongest(searchTerms(text)) : undefined
    if (holding?.size === 0) return []
    return this.#index
      .search(text, {
        fuzzy,
        ...(holding && { boostDocument: (id: string) => (holding.has(id) ? 1 : 0) }),
        filter: ({ id }) => isWanted(String(id)),
      })
      .map(({ id, score }) => [String(id), score * (1 + popularityWeight * this.#document(String(id)).popularity)])
  }

  /** NOTE: MiniSearch makes a result for each document of each word, thousands for an article; the longest word is in few of them. */
  #holdingLongest(terms: readonly string[]): ReadonlySet<string> | undefined {
    if (terms.length < 2) return undefined
    const longest = terms.reduce((a, b) => (b.length > a.length ? b : a))
    const prefix = isBeginning(longest, terms.lastIndexOf(longest), terms)
    return new Set(this.#index.search(longest, { tokenize: () => [longest], prefix }).map(({ id }) => String(id)))
  }

  #near(text: string, isWanted: (id: string) => boolean): readonly Near[] {
    const typed = typedPhrase(text)
    const candidates = [this.#names, this.#people].flatMap((index) => index.alike(typed, candidatesMax, isWanted))
    return nearNames(typed, candidates)
  }

  #forget(id: string): void {
    this.#names.remove(id)
    this.#people.remove(id)
  }

  #isOld(id: string, version: number): boolean {
    return (this.#held.get(id)?.version ?? Number.NEGATIVE_INFINITY) >= version
  }

  #document(id: string): SearchDocument {
    const document = this.#held.get(id)?.document
    if (!document) throw new TypeError(`The index found ${id}, which was not put into it`)
    return document
  }
}

type Scored = readonly [id: string, score: number]
type Found = { readonly hits: readonly Hit[]; readonly didYouMean: string | null }
type Hit = { readonly score: number; readonly document: SearchDocument }

const passes = (document: SearchDocument, { region, maturityMax, kinds, language, genre }: SearchFilters): boolean =>
  (region === undefined || isOffered(document, region)) &&
  (maturityMax === undefined || document.maturity <= maturityMax) &&
  (kinds === undefined || kinds.includes(document.kind)) &&
  (language === undefined || document.language === language) &&
  (genre === undefined || document.genres.includes(genre))

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

const pageOf = ({ hits, didYouMean }: Found, { first, after }: SearchQuery): SearchPage => {
  const rest = after === undefined ? hits : hits.filter(isAfter(after))
  const page = rest.slice(0, first)
  const last = page.at(-1)
  return {
    ids: page.map(({ document }) => document.id),
    next: last !== undefined && rest.length > first ? cursorOf(last) : null,
    facets: { kinds: counts(hits, ({ kind }) => [kind]), genres: counts(hits, ({ genres }) => genres) },
    didYouMean,
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
    search: async (query) => pageOf(state.live.find(query.text, query.filters ?? {}), query),
    suggest: async (text, limit, filters = {}) => state.live.named(text, limit, filters),
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
