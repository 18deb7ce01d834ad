import type { estypes } from '@elastic/elasticsearch'
import { termsOf } from '#platform/elasticsearch/mapping.ts'
import type { SearchFilters } from '#platform/ports/search-index.ts'
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

const filtersOf = ({ region, maturityMax, kinds, language }: SearchFilters): Query[] => [
  ...(region === undefined ? [] : [offeredIn(region)]),
  ...(maturityMax === undefined ? [] : [{ range: { maturity: { lte: maturityMax } } }]),
  ...(kinds === undefined ? [] : [{ terms: { kind: [...kinds] } }]),
  ...(language === undefined ? [] : [{ term: { language } }]),
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

/** What a text finds; null for one without words, which finds nothing. */
export const queryOf = (text: string, filters: SearchFilters): Query | null => {
  const terms = termsOf(text).slice(0, termsMax)
  if (terms.length === 0) return null
  return {
    function_score: {
      query: { bool: { must: terms.map(anywhere), filter: filtersOf(filters), must_not: [notRemoved] } },
      functions: [{ weight: 1 }, { field_value_factor: { field: 'popularity', factor: popularityWeight, missing: 0 } }],
      score_mode: 'sum',
      boost_mode: 'multiply',
    },
  }
}

/** Names that have a word for each term which begins with it; null for a text without words. */
export const beginningsOf = (terms: readonly string[]): Query | null =>
  terms.length === 0
    ? null
    : { bool: { filter: terms.slice(0, termsMax).map((term) => ({ prefix: { names: { value: term } } })), must_not: [notRemoved] } }
