import { useEffect, useRef, useState } from 'preact/hooks'
import { failureText } from './failure.ts'
import { keep, keptOf } from './kept.ts'

export type PageOf<C> = { readonly cards: readonly C[]; readonly endCursor: string | null }
export type Paging = { readonly first: number; readonly after: string | null }
export type Pages<C> = {
  /** Null until the first page is there. */
  readonly cards: readonly C[] | null
  readonly error: string | null
  /** Loads the page behind what is shown; null on the last one, and while it loads. */
  readonly more: (() => void) | null
}
type Load<C> = (paging: Paging) => Promise<PageOf<C>>
type Identified = { readonly id: string }

const pageSize = 24
const pageMax = 100

/** NOTE: a title can move to a page behind the one it was on while the list changes; it is shown once. */
const joined = <C extends Identified>(before: readonly C[], next: readonly C[]): readonly C[] => {
  const shown = new Set(before.map(({ id }) => id))
  return [...before, ...next.filter(({ id }) => !shown.has(id))]
}

/** At least so many cards, when there are, behind those that are given. */
const loadOn = async <C extends Identified>(load: Load<C>, { cards: given, endCursor }: PageOf<C>, count: number): Promise<PageOf<C>> => {
  let [cards, after] = [given, endCursor]
  do {
    const page = await load({ first: Math.min(pageMax, Math.max(pageSize, count - cards.length)), after })
    cards = joined(cards, page.cards)
    after = page.endCursor
  } while (after !== null && cards.length < count)
  return { cards, endCursor: after }
}

/** A list that is loaded page by page. Who comes back finds as many of it as there were, as they are now. */
export const usePages = <C extends Identified>(key: string, load: Load<C>): Pages<C> => {
  const [loaded, setLoaded] = useState<PageOf<C> | null>(() => keptOf<PageOf<C>>(key))
  const [error, setError] = useState<string | null>(null)
  const [isLoading, setLoading] = useState(true)
  const wanted = useRef(key)
  const read = (from: PageOf<C>, count: number): void => {
    wanted.current = key
    setLoading(true)
    setError(null)
    const settle = (change: () => void): void => {
      if (wanted.current !== key) return
      setLoading(false)
      change()
    }
    loadOn(load, from, count).then(
      (page) =>
        settle(() => {
          keep(key, page)
          setLoaded(page)
        }),
      (failure: unknown) => settle(() => setError(failureText(failure))),
    )
  }
  const begin = (): void => read({ cards: [], endCursor: null }, keptOf<PageOf<C>>(key)?.cards.length ?? pageSize)
  // biome-ignore lint/correctness/useExhaustiveDependencies: `load` is new at every drawing; `key` says when it asks for something else.
  useEffect(() => {
    setLoaded(keptOf<PageOf<C>>(key))
    begin()
    return () => {
      wanted.current = ''
    }
  }, [key])
  const more = loaded === null ? begin : () => read(loaded, loaded.cards.length + 1)
  const goesOn = loaded === null ? error !== null : loaded.endCursor !== null
  return { cards: loaded?.cards ?? null, error, more: goesOn && !isLoading ? more : null }
}
