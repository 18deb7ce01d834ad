import type { SearchDocument } from '#platform/ports/search-index.ts'
import { searchTerms } from '#platform/text/search-terms.ts'

/** Longer terms are no words, and Lucene takes none of 32 KB. */
export const termCharactersMax = 100

/** A document as it lies in an index. Terms are made here, by the step that every engine shares, so the server only splits at spaces. */
type Indexed = {
  readonly names: string
  readonly people: string
  readonly genres: string
  readonly shownNames: readonly string[]
  readonly shownGenres: readonly string[]
  readonly kind: string
  readonly maturity: number
  readonly language: string
  readonly regions: readonly string[]
  readonly notRegions: readonly string[]
  readonly popularity: number
}
/** What was removed stays as a mark, so that an older version does not come back; the server itself forgets removals after a minute. */
type Removed = { readonly removed: true }
export type Stored = { readonly id: string; readonly version: number; readonly source: Indexed | Removed }

/** The terms of a text, as they are indexed and asked for. */
export const termsOf = (text: string): string[] => searchTerms(text).map((term) => term.slice(0, termCharactersMax).toWellFormed())

const termsText = (texts: readonly string[]): string => texts.flatMap(termsOf).join(' ')

/** NOTE: a removal beats the document of its own version, so versions are doubled. */
export const storedOf = (document: SearchDocument): Stored => {
  const { id, version, names, people, genres, ...filters } = document
  const terms = { names: termsText(names), people: termsText(people), genres: termsText(genres) }
  return { id, version: 2 * version, source: { ...terms, shownNames: names, shownGenres: genres, ...filters } }
}
export const removalOf = (id: string, version: number): Stored => ({ id, version: 2 * version + 1, source: { removed: true } })

const terms = { type: 'text', analyzer: 'whitespace' } as const
const word = { type: 'keyword' } as const

/** One shard holds a whole catalogue, so that scores of all documents can be compared; copies are for reading and for a node that dies. */
export const indexBody = {
  settings: { number_of_shards: 1, auto_expand_replicas: '0-1', refresh_interval: '1s' },
  mappings: {
    dynamic: 'strict',
    properties: {
      names: terms,
      people: terms,
      genres: terms,
      shownNames: { type: 'keyword', index: false, doc_values: false },
      shownGenres: word,
      kind: word,
      maturity: { type: 'integer' },
      language: word,
      regions: word,
      notRegions: word,
      popularity: { type: 'double' },
      removed: { type: 'boolean' },
      id: word,
    },
  },
} as const
