/** How much a term counts where it is found; the same for every engine. */
export const fieldBoosts = { names: 4, people: 1.5, genres: 1 } as const

/** Edit distance that is forgiven: none up to three letters, one up to six, then two. */
export const forgivenEdits = (term: string): 0 | 1 | 2 => (term.length <= 3 ? 0 : term.length <= 6 ? 1 : 2)

/** Whether a term may be the beginning of a word: the last one, which may not be typed to its end. */
export const isBeginning = (term: string, at: number, terms: readonly string[]): boolean => at === terms.length - 1 && term.length > 2

/** By how much popularity, 0 to 1, lifts a title among equal matches. */
export const popularityWeight = 0.5

/** Typing errors that are forgiven in a phrase of so many letters when it is compared with names as a whole. */
export const errorsMax = (letters: number): number => (letters <= 2 ? 0 : letters <= 5 ? 1 : letters <= 13 ? 2 : 3)
