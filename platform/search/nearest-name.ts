import { searchTerms } from '#platform/text/search-terms.ts'

/** Of a title's names the one with most of the terms at the beginning of a word. */
export const nearestName = (names: readonly string[], wanted: readonly string[]): string => {
  const likeness = (name: string): number => {
    const terms = searchTerms(name)
    return wanted.filter((term) => terms.some((each) => each.startsWith(term))).length
  }
  return names.toSorted((a, b) => likeness(b) - likeness(a))[0] ?? ''
}
