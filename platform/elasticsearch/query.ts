import type { estypes } from '@elastic/elasticsearch'
import { gramsText, termsOf } from '#platform/elasticsearch/mapping.ts'
import type { SearchFilters } from '#platform/ports/search-index.ts'
import type { Near } from '#platform/search/near-names.ts'
import { fieldBoosts, forgivenEdits, isBeginning, popularityWeight } from '#platform/search/relevance.ts'

type Query = NonNullable<estypes.SearchRequest['query']>

/** More terms than a title has are not looked for. */
const termsMax = 32
/** What a word that is nearly the same, or only begins so, counts beside the word itself. */
const [fuzzyShare, beginningShare] = [0.45, 0.375]

const fields = Object.entries(fieldBoosts)

/** One term, in any field. */
const anywhere = (term: string, at: number, terms: readonly string[]): Query => {
  const edits = forgivenEdits(term)
  const alternatives = fields.flatMap(([field, boost]): Query[] => [
    { term: { [field]: { value: term, boost } } },
    ...(edits === 0 ? [] : [{ fuzzy: { [field]: { value: term, fuzziness: edits, boost: boost * fuzzyShare } } }]),
    ...(isBeginning(term, at, terms) ? [{ prefix: { [field]: { value: term, boost: boost * beginningShare } } }] : []),
  ])
  return { bool: { should: alternatives, minimum_should_match: 1 } }
}

const filtersOf = ({ region, maturityMax, kinds, language, genre }: SearchFilters): Query[] => [
  ...(region === undefined ? [] : [offeredIn(region)]),
  ...(maturityMax === undefined ? [] : [{ range: { maturity: { lte: maturityMax } } }]),
  ...(kinds === undefined ? [] : [{ terms: { kind: [...kinds] } }]),
  ...(language === undefined ? [] : [{ term: { language } }]),
  ...(genre === undefined ? [] : [{ term: { shownGenres: genre } }]),
]

const offeredIn = (region: string): Query => ({
  bool: {
    should: [
      { term: { regions: region } },
      { bool: { filter: [{ term: { regions: '*' } }], must_not: [{ term: { notRegions: region } }] } },
    ],
    minimum_should_match: 1,
  },
})

const notRemoved: Query = { term: { removed: true } }

/** What is wanted more stands higher among what matches as well. */
const lifted = (query: Query): Query => ({
  function_score: {
    query,
    functions: [{ weight: 1 }, { field_value_factor: { field: 'popularity', factor: popularityWeight, missing: 0 } }],
    score_mode: 'sum',
    boost_mode: 'multiply',
  },
})

/** What has all words of a text, nearly or as beginnings; null for one without words. */
const worded = (text: string): Query | null => {
  const terms = termsOf(text).slice(0, termsMax)
  if (terms.length === 0) return null
  return lifted({ bool: { must: terms.map(anywhere) } })
}

/** What a text finds, with the names that it is near; null when it has no words. */
export const queryOf = (text: string, near: readonly Near[], filters: SearchFilters): Query | null => {
  const words = worded(text)
  const named = near.map(({ id, score }): Query => ({ constant_score: { filter: { term: { id } }, boost: score } }))
  const queries = [...(words === null ? [] : [words]), ...named]
  if (queries.length === 0) return null
  return { bool: { must: [{ dis_max: { queries } }], filter: filtersOf(filters), must_not: [notRemoved] } }
}

/** Titles, or people in them, whose names share runs of letters with a phrase; null for a phrase without any. */
export const alikeQuery = (typed: string, field: 'grams' | 'peopleGrams', filters: SearchFilters): Query | null => {
  const grams = gramsText([typed])
  if (typed === '') return null
  return lifted({ bool: { must: [{ match: { [field]: grams } }], filter: filtersOf(filters), must_not: [notRemoved] } })
}

/** Names that have a word for each term which begins with it; null for a text without words. */
export const beginningsOf = (terms: readonly string[], filters: SearchFilters): Query | null => {
  const begun = terms.slice(0, termsMax).map((term): Query => ({ prefix: { names: { value: term } } }))
  return terms.length === 0 ? null : { bool: { filter: [...begun, ...filtersOf(filters)], must_not: [notRemoved] } }
}
