const [startShare, tailMin, tailPerLetter, tailMax, spaceShare] = [0.35, 0.1, 0.01, 0.4, 0.5]

/** What it costs that a name goes on behind what was typed. */
const tail = (name: string, at: number): number => {
  if (at === name.length) return 0
  const inWord = name[at] === ' ' ? 0 : tailMin
  return Math.min(tailMax, tailMin + inWord + tailPerLetter * (name.length - at))
}

const costOf = (sign: string | undefined): number => (sign === ' ' ? spaceShare : 1)

const setFirstRow = (row: Float64Array, name: string): void => {
  for (let at = 0; at <= name.length; at += 1) row[at] = at > 0 && name[at - 1] === ' ' ? startShare : at
}

/**
 * How far a typed phrase is from a name: whole numbers are typing errors (a letter too much, too few, another one, or two exchanged:
 * optimal string alignment), less than one what is missing of the name before or behind. A name is met at the beginning of a word.
 * Infinity when it is `limit` or more.
 */
export const distanceOf = (typed: string, name: string, limit: number): number => {
  let before = new Float64Array(name.length + 1)
  let last = new Float64Array(name.length + 1)
  let next = new Float64Array(name.length + 1)
  setFirstRow(last, name)
  for (let row = 1; row <= typed.length; row += 1) {
    if (fillRow({ typed, name, row, before, last, next }) >= limit) return Infinity
    ;[before, last, next] = [last, next, before]
  }
  let least = Infinity
  for (let at = 0; at <= name.length; at += 1) least = Math.min(least, (last[at] ?? 0) + tail(name, at))
  return least < limit ? least : Infinity
}

type Row = {
  readonly typed: string
  readonly name: string
  readonly row: number
  readonly before: Float64Array
  readonly last: Float64Array
  readonly next: Float64Array
}

/** The least cost of a row. */
const fillRow = ({ typed, name, row, before, last, next }: Row): number => {
  const sign = typed[row - 1]
  const inserted = costOf(sign)
  let least = (last[0] ?? 0) + inserted
  next[0] = least
  for (let at = 1; at <= name.length; at += 1) {
    const other = name[at - 1]
    let cost = (last[at - 1] ?? 0) + (sign === other ? 0 : 1)
    cost = Math.min(cost, (last[at] ?? 0) + inserted, (next[at - 1] ?? 0) + costOf(other))
    if (row > 1 && at > 1 && sign === name[at - 2] && other === typed[row - 2]) cost = Math.min(cost, (before[at - 2] ?? 0) + 1)
    next[at] = cost
    least = Math.min(least, cost)
  }
  return least
}
