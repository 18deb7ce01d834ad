import MiniSearch from 'minisearch'
import type { SearchDocument, SearchIndex } from '#platform/ports/search-index.ts'
import { searchTerms } from '#platform/text/search-terms.ts'

type Stored = { readonly id: string; readonly names: string; readonly people: string; readonly genres: string; readonly popularity: number }

const stored = (document: SearchDocument): Stored => ({
  id: document.id,
  names: document.names.join(' \n '),
  people: document.people.join(' \n '),
  genres: document.genres.join(' '),
  popularity: document.popularity,
})

/** Edit distance that is forgiven: none up to three letters, one up to six, then two. */
const fuzzy = (term: string): number => (term.length <= 3 ? 0 : term.length <= 6 ? 1 : 2)

/** The whole index in this process. */
export const createMiniSearchIndex = (): SearchIndex => {
  const index = new MiniSearch<Stored>({
    fields: ['names', 'people', 'genres'],
    storeFields: ['popularity'],
    tokenize: searchTerms,
    processTerm: (term) => term,
    searchOptions: {
      boost: { names: 4, people: 1.5, genres: 1 },
      prefix: (term, at, terms) => at === terms.length - 1 && term.length > 1,
      fuzzy,
      combineWith: 'AND',
      boostDocument: (_id, _term, fields) => 1 + 0.5 * Number(fields?.popularity ?? 0),
    },
  })
  const upsert = (document: Stored) => (index.has(document.id) ? index.replace(document) : index.add(document))
  return {
    add: async (documents) => documents.map(stored).forEach(upsert),
    remove: async (id) => {
      if (index.has(id)) index.discard(id)
    },
    search: async (text, limit) =>
      index
        .search(text)
        .slice(0, limit)
        .map((hit) => String(hit.id)),
  }
}
