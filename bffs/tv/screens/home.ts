import { headingOf } from '#platform/bff/heading.ts'
import { applyRules, pick } from '#platform/bff/rules.ts'
import type { HomeSkeleton, Skeletons } from '#platform/bff/skeleton.ts'
import { shareOf } from '#platform/bff/title-page.ts'
import type { Watcher } from '#platform/bff/viewer.ts'
import type { CardTitle, LoadCards } from './cards.ts'

const size = { rows: 12, titles: 20, started: 20 }

export type HomeDeps = { readonly skeletons: Skeletons; readonly loadCards: LoadCards }

/** The first screen of a television. */
export const homeScreen = async (watcher: Watcher, { skeletons, loadCards }: HomeDeps) => {
  const skeleton = await skeletons.home(watcher, size)
  const titles = await loadCards(watcher, idsOf(skeleton))
  const allowed = applyRules(titles, watcher.viewer)
  return present(skeleton, allowed)
}

const idsOf = ({ rows, started }: HomeSkeleton): readonly string[] => [
  ...started.map(({ title }) => title.id),
  ...rows.flatMap(({ because, titles }) => [...(because ? [because.id] : []), ...titles.map(({ id }) => id)]),
]

const present = ({ rows, started, degraded }: HomeSkeleton, titles: ReadonlyMap<string, CardTitle>) => {
  const progress = new Map(started.map((point) => [point.title.id, shareOf(point)]))
  const cardsOf = (ids: readonly string[]) => pick(titles, ids).map((title) => presentCard(title, progress.get(title.id) ?? null))
  const begun = { id: 'continue', heading: 'Continue watching', cards: cardsOf([...progress.keys()]) }
  const named = rows.map((row) => ({ id: row.id, heading: headingOf(row, (id) => titles.get(id)?.name), cards: cardsOf(row.titles.map(({ id }) => id)) }))
  const shown = [begun, ...named].filter((row): row is typeof begun => row.heading !== null && row.cards.length > 0)
  return { hero: heroOf(rows, titles), rows: shown, degraded }
}

const heroOf = (rows: HomeSkeleton['rows'], titles: ReadonlyMap<string, CardTitle>) => {
  const candidates = pick(titles, rows.flatMap((row) => row.titles.map(({ id }) => id)))
  const title = candidates.find(isPlayable) ?? candidates[0]
  return title === undefined ? null : { id: title.id, name: title.name, synopsis: title.synopsis, picture: title.artwork.hero, playable: isPlayable(title) }
}

const isPlayable = ({ media }: Pick<CardTitle, 'media'>): boolean => media.state === 'READY'

/** A card of a television: a wide picture and a name. */
export const presentCard = (title: Pick<CardTitle, 'id' | 'name' | 'media'> & { readonly artwork: Pick<CardTitle['artwork'], 'landscape'> }, progress: number | null) => ({
  id: title.id,
  name: title.name,
  picture: title.artwork.landscape,
  progress,
  playable: isPlayable(title),
})
