import type { Watcher } from '../../device/context.ts'
import { idsOf, isPlayable, presentHero, presentRows } from '../../device/present-home.ts'
import { applyRules } from '../../device/rules.ts'
import type { HomeSkeleton, Skeletons } from '../../device/skeleton.ts'
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

const present = (skeleton: HomeSkeleton, titles: ReadonlyMap<string, CardTitle>) => ({
  hero: presentHero(skeleton, titles),
  rows: presentRows(skeleton, titles, presentCard),
  degraded: skeleton.degraded,
})

type CardParts = Pick<CardTitle, 'id' | 'name' | 'media'> & { readonly artwork: Pick<CardTitle['artwork'], 'landscape'> }

/** A card of a television: a wide picture and a name. */
export const presentCard = ({ id, name, media, artwork }: CardParts, progress: number | null) => ({
  id,
  name,
  picture: artwork.landscape,
  progress,
  playable: isPlayable({ media }),
})
