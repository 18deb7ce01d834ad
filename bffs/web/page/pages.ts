import { useEffect, useState } from 'preact/hooks'
import { failureText } from './failure.ts'

export type PageOf<C> = { readonly cards: readonly C[]; readonly endCursor: string | null }
export type Pages<C> = {
  /** Null until the first page is there. */
  readonly cards: readonly C[] | null
  readonly error: string | null
  /** Loads the page behind what is shown; null on the last one, and while it loads. */
  readonly more: (() => void) | null
}
type Loaded<C> = Omit<PageOf<C>, 'cards'> & {
  readonly cards: readonly C[] | null
  readonly error: string | null
  readonly isLoading: boolean
}

const nothing = { cards: null, endCursor: null, error: null, isLoading: true } as const

/** NOTE: a title can move to a page behind the one it was on while the list changes; it is shown once. */
const joined = <C extends { readonly id: string }>(before: readonly C[], next: readonly C[]): readonly C[] => {
  const shown = new Set(before.map(({ id }) => id))
  return [...before, ...next.filter(({ id }) => !shown.has(id))]
}

/** A list that is loaded page by page. */
export const usePages = <C extends { readonly id: string }>(key: string, load: (after: string | null) => Promise<PageOf<C>>): Pages<C> => {
  const [loaded, setLoaded] = useState<Loaded<C>>(nothing)
  const [wanted] = useState<{ key: string }>({ key })
  const read = (after: string | null): void => {
    wanted.key = key
    setLoaded((before) => ({ ...before, error: null, isLoading: true }))
    load(after).then(
      ({ cards, endCursor }) => {
        if (wanted.key === key)
          setLoaded((before) => ({ cards: joined(before.cards ?? [], cards), endCursor, error: null, isLoading: false }))
      },
      (failure: unknown) => {
        const error = failureText(failure)
        if (wanted.key === key) setLoaded((before) => ({ ...before, error, isLoading: false }))
      },
    )
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: `load` is new at every drawing; `key` says when it asks for something else.
  useEffect(() => {
    setLoaded(nothing)
    read(null)
  }, [key])
  const { cards, endCursor, error, isLoading } = loaded
  const goesOn = endCursor !== null || (error !== null && cards === null)
  return { cards, error, more: goesOn && !isLoading ? () => read(endCursor) : null }
}
