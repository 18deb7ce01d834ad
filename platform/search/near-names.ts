import type { SearchDocument } from '#platform/ports/search-index.ts'
import { distanceOf } from '#platform/search/distance.ts'
import { errorsMax } from '#platform/search/relevance.ts'
import { phraseOf, spellingsOf } from '#platform/text/search-terms.ts'

/** One way in which a name of a document, or of a person in it, is typed: `text`, folded. */
export type Spelling = {
  readonly id: string
  readonly text: string
  readonly name: string
  readonly isPerson: boolean
  readonly popularity: number
}
/** `score` is higher for what is nearer; `errors` says how many typing errors lie between. */
export type Near = { readonly id: string; readonly name: string; readonly score: number; readonly errors: number }

/** So many spellings of names, and of people, are compared letter by letter. */
export const candidatesMax = 200
/** Above what engines give for matching words. */
const nearScore = 1_000
const [perError, perPopularity, personShare] = [100, 25, 0.5]
/** Longer texts are no names. */
const phraseMax = 80

/** What is typed, as names are compared with it. */
export const typedPhrase = (text: string): string => phraseOf(text).slice(0, phraseMax).trim()

export const namesSpelled = ({ id, names, popularity }: Pick<SearchDocument, 'id' | 'names' | 'popularity'>): readonly Spelling[] =>
  names.flatMap((name) => spellingsOf(name).map((text) => ({ id, text: text.slice(0, phraseMax), name, isPerson: false, popularity })))

export const peopleSpelled = ({ id, people, popularity }: Pick<SearchDocument, 'id' | 'people' | 'popularity'>): readonly Spelling[] =>
  namesSpelled({ id, names: people, popularity }).map((spelling) => ({ ...spelling, isPerson: true }))

/** Documents with a name that a typed phrase may mean, best first: those with the fewest typing errors, and with one more. */
export const nearNames = (typed: string, candidates: readonly Spelling[]): readonly Near[] => {
  const allowed = errorsMax(typed.replaceAll(' ', '').length)
  const compared = candidates
    .map((spelling) => ({ spelling, cost: distanceOf(typed, spelling.text, allowed + 1) }))
    .filter(({ cost }) => cost < Infinity)
  const fewest = Math.floor(compared.reduce((least, { cost }) => Math.min(least, cost), Infinity))
  const near = new Map<string, Near>()
  for (const { spelling, cost } of compared) {
    const { id, name, popularity, isPerson } = spelling
    const errors = Math.floor(cost)
    const score = nearScore + perError * (allowed + 2 - cost - (isPerson ? personShare : 0)) + perPopularity * popularity
    if (errors <= fewest + 1 && score > (near.get(id)?.score ?? 0)) near.set(id, { id, name, score, errors })
  }
  return [...near.values()].toSorted((a, b) => b.score - a.score)
}

/** The nearest name, when every name that is near is so with typing errors only. */
export const probablyMeant = (near: readonly Near[]): string | null =>
  near.some(({ errors }) => errors === 0) ? null : (near[0]?.name ?? null)
