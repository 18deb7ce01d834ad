import type { Ruled } from './hydrate.ts'
import { shareOf } from './progress.ts'
import { headingOf } from './row-heading.ts'
import { pick } from './rules.ts'
import type { HomeSkeleton } from './skeleton.ts'

type Named = Ruled & { readonly name: string; readonly media: { readonly state: string } }
export type Featured = Named & { readonly synopsis: string; readonly artwork: { readonly hero: string } }

/** Every id that a home screen needs to know more of. */
export const idsOf = ({ rows, started, listed }: HomeSkeleton): readonly string[] => [
  ...started.map(({ titleId }) => titleId),
  ...listed,
  ...rows.flatMap(({ because, titleIds }) => (because ? [because.id, ...titleIds] : titleIds)),
]

export const isPlayable = ({ media }: Pick<Named, 'media'>): boolean => media.state === 'READY'

/** What a member has put aside stands in a row of its own. */
export const myListRow = { id: 'my-list', heading: 'My list' } as const

/** Rows with their headings and cards, "Continue watching" and "My list" first; a row without a card, or without a name, is left out. */
export const presentRows = <T extends Named, C>(
  { rows, started, startedMax, listed }: HomeSkeleton,
  titles: ReadonlyMap<string, T>,
  presentCard: (title: T, progress: number | null) => C,
) => {
  const progress = new Map(started.map((point) => [point.titleId, shareOf(point)]))
  const cardsOf = (ids: readonly string[]): readonly C[] =>
    pick(titles, ids).map((title) => presentCard(title, progress.get(title.id) ?? null))
  const begun = { id: 'continue', heading: 'Continue watching', cards: cardsOf([...progress.keys()]).slice(0, startedMax) }
  const mine = { ...myListRow, cards: cardsOf(listed) }
  const named = rows.flatMap((row) => {
    const heading = headingOf(row, (id) => titles.get(id)?.name)
    return heading === null ? [] : [{ id: row.id, heading, cards: cardsOf(row.titleIds) }]
  })
  return [begun, mine, ...named].filter((row) => row.cards.length > 0)
}

/** The first title of the page that can be played, else the first; null for an empty page. */
export const presentHero = ({ rows }: HomeSkeleton, titles: ReadonlyMap<string, Featured>) => {
  const candidates = pick(
    titles,
    rows.flatMap(({ titleIds }) => titleIds),
  )
  const title = candidates.find(isPlayable) ?? candidates[0]
  if (title === undefined) return null
  return { id: title.id, name: title.name, synopsis: title.synopsis, picture: title.artwork.hero, playable: isPlayable(title) }
}
