import type { SearchDocument } from '#platform/ports/search-index.ts'
import { namesSpelled, peopleSpelled } from '#platform/search/near-names.ts'
import { gramsOf, searchTerms } from '#platform/text/search-terms.ts'

/** Longer terms are no words, and Lucene takes none of 32 KB. */
export const termCharactersMax = 100

/** A document as it lies in an index. Terms are made here, by the step that every engine shares, so the server only splits at spaces. */
type Indexed = {
  readonly names: string
  readonly people: string
  readonly genres: string
  readonly grams: string
  readonly peopleGrams: string
  readonly shownNames: readonly string[]
  readonly shownPeople: readonly string[]
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

const textsOf = (spellings: readonly { readonly text: string }[]): string[] => spellings.map(({ text }) => text)

const termsText = (texts: readonly string[]): string => texts.flatMap(termsOf).join(' ')

/** Runs of three letters, in which a space is written so that the server does not split there. */
export const gramsText = (phrases: readonly string[]): string =>
  [...new Set(phrases.flatMap(gramsOf))].map((gram) => gram.replaceAll(' ', '_').toWellFormed()).join(' ')

/** NOTE: a removal beats the document of its own version, so versions are doubled. */
export const storedOf = (document: SearchDocument): Stored => {
  const { id, version, names, people, genres, ...filters } = document
  const terms = { names: termsText(names), people: termsText(people), genres: termsText(genres) }
  const grams = { grams: gramsText(textsOf(namesSpelled(document))), peopleGrams: gramsText(textsOf(peopleSpelled(document))) }
  const shown = { shownNames: names, shownPeople: people, shownGenres: genres }
  return { id, version: 2 * version, source: { ...terms, ...grams, ...shown, ...filters } }
}
export const removalOf = (id: string, version: number): Stored => ({ id, version: 2 * version + 1, source: { removed: true } })

const terms = { type: 'text', analyzer: 'whitespace' } as const
/** NOTE: without lengths, a film with many people in it would be less like one of their names. */
const runs = { type: 'text', analyzer: 'whitespace', index_options: 'docs' } as const
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
      grams: runs,
      peopleGrams: { ...runs, norms: false },
      shownNames: { type: 'keyword', index: false, doc_values: false },
      shownPeople: { type: 'keyword', index: false, doc_values: false },
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
