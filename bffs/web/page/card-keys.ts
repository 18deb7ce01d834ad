/** Which card has the focus, and how far down each of them stands. */
export type Cards = { readonly at: number; readonly tops: readonly number[] }

/** The card in the line above or below that stands most like this one; undefined when there is no such line. */
const inNextLine = ({ at, tops }: Cards, down: boolean): number | undefined => {
  const top = tops[at] ?? 0
  const others = [...new Set(tops)].filter((each) => (down ? each > top : each < top))
  if (others.length === 0) return undefined
  const wanted = down ? Math.min(...others) : Math.max(...others)
  const column = at - tops.indexOf(top)
  const first = tops.indexOf(wanted)
  return Math.min(first + column, tops.lastIndexOf(wanted))
}

/** Where a key leads among cards; undefined when it is for the browser. */
export const nextCard = (key: string, cards: Cards): number | undefined => {
  const { at, tops } = cards
  if (at < 0) return undefined
  if (key === 'ArrowRight') return Math.min(at + 1, tops.length - 1)
  if (key === 'ArrowLeft') return Math.max(at - 1, 0)
  if (key === 'Home') return 0
  if (key === 'End') return tops.length - 1
  if (key === 'ArrowDown' || key === 'ArrowUp') return inNextLine(cards, key === 'ArrowDown')
  return undefined
}
