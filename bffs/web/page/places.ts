import { setOnTheWayBack } from './kept.ts'

/** Where a member was in a view: how far down, and on which link. */
type Place = { readonly y: number; readonly href: string | null }

const triesMax = 60
const tryEveryMs = 50
/** NOTE: `scrollY` has fractions, the height of a document has none. */
const roundingPx = 2

let entries = 0

/** The entry of the browser's history that is shown; a new one is given a name. NOTE: `randomUUID` is for secure pages only. */
const nameOfEntry = (): string => {
  const state: unknown = history.state
  if (typeof state === 'object' && state !== null && 'entry' in state) return String(state.entry)
  entries += 1
  const name = `${performance.timeOrigin} ${entries}`
  history.replaceState({ entry: name }, '')
  return name
}

/** True when the member is where they were, or as near as the view lets them. */
const restore = ({ y, href }: Place, isLast: boolean): boolean => {
  const link = href === null ? null : document.querySelector<HTMLElement>(`main a[href="${CSS.escape(href)}"]`)
  const isThere = (href === null || link !== null) && document.documentElement.scrollHeight + roundingPx >= y + innerHeight
  if (!isThere && !isLast) return false
  link?.focus({ preventScroll: true })
  link?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  scrollTo(0, y)
  return true
}

/** Calls `attempt` until it is true, for a while: a view shows its content when that has come. */
const persist = (isWanted: () => boolean, attempt: (isLast: boolean) => boolean, tries = 0): void => {
  if (!isWanted() || attempt(tries === triesMax) || tries === triesMax) return
  setTimeout(() => persist(isWanted, attempt, tries + 1), tryEveryMs)
}

/** Where the member stands now, and on which link the focus is, or is to be. */
const placeOn = (link: Element | null): Place => ({ y: scrollY, href: link?.closest('a')?.getAttribute('href') ?? null })

/** Remembers where a member was in each view. What it gives is called when the address has changed and says whether the way led back. */
export const followPlaces = (): (() => boolean) => {
  const places = new Map<string, Place>()
  history.scrollRestoration = 'manual'
  let shown = nameOfEntry()
  let moves = 0
  let followed: Place | undefined
  // NOTE: when the address has changed the browser has taken the focus from the link already, and perhaps scrolled.
  addEventListener(
    'click',
    ({ target }) => {
      if (target instanceof Element && target.closest('a') !== null) followed = placeOn(target)
    },
    { capture: true },
  )
  return () => {
    places.set(shown, followed ?? placeOn(document.activeElement))
    followed = undefined
    shown = nameOfEntry()
    moves += 1
    const move = moves
    const place = places.get(shown)
    setOnTheWayBack(place !== undefined)
    if (place === undefined) {
      scrollTo(0, 0)
      return false
    }
    // NOTE: the view is drawn a moment after it is told to be.
    setTimeout(
      () =>
        persist(
          () => move === moves,
          (isLast) => restore(place, isLast),
        ),
      0,
    )
    return true
  }
}
