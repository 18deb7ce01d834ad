import type { Watcher } from '../../device/context.ts'
import { applyRules, pick } from '../../device/rules.ts'
import type { Skeletons } from '../../device/skeleton.ts'
import type { LoadCards } from './cards.ts'
import { presentCard } from './home.ts'

const size = 30

/** What a keyboard typed. */
export const searchScreen = async (
  watcher: Watcher,
  text: string,
  { skeletons, loadCards }: { readonly skeletons: Skeletons; readonly loadCards: LoadCards },
) => {
  const { ids, degraded } = await skeletons.search(watcher, text, size)
  const titles = await loadCards(watcher, ids)
  const allowed = applyRules(titles, watcher.viewer)
  return { cards: pick(allowed, ids).map((title) => presentCard(title, null)), degraded }
}
