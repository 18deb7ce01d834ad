import type { Watcher } from '../../device/context.ts'
import { idsOf, isPlayable, presentHero, presentRows } from '../../device/present-home.ts'
import { applyRules } from '../../device/rules.ts'
import type { HomeSkeleton, Skeletons } from '../../device/skeleton.ts'
import type { CardTitle, LoadCards } from './cards.ts'

const size = { rows: 10, titles: 18, started: 12 }

export type HomeDeps = { readonly skeletons: Skeletons; readonly loadCards: LoadCards }

/** The first screen of a browser. */
export const homeScreen = async (watcher: Watcher, { skeletons, loadCards }: HomeDeps) => {
  const skeleton = await skeletons.home(watcher, size)
  const titles = await loadCards(watcher, idsOf(skeleton))
  const allowed = applyRules(titles, watcher.viewer)
  return present(skeleton, allowed)
}

const present = (skeleton: HomeSkeleton, titles: ReadonlyMap<string, CardTitle>) => ({
  hero: presentHero(skeleton, titles),
  rows: presentRows(skeleton, titles, presentCard),
  degraded: skeleton.degraded,
})

type CardParts = Pick<CardTitle, 'id' | 'name' | 'year' | 'maturity' | 'genres' | 'media'> & {
  readonly artwork: Pick<CardTitle['artwork'], 'poster' | 'landscape'>
}

/** A card of a page: both picture shapes, and facts to read. */
export const presentCard = ({ artwork: { poster, landscape }, media, ...facts }: CardParts, progress: number | null) => ({
  ...facts,
  poster,
  landscape,
  progress,
  playable: isPlayable({ media }),
})
