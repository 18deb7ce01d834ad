import type { Watcher } from '../../device/context.ts'
import { applyRules, pick } from '../../device/rules.ts'
import type { SearchWords, Skeletons } from '../../device/skeleton.ts'
import type { LoadCards } from './cards.ts'
import { presentCard } from './home.ts'

const size = 30

/** What a keyboard typed. */
export const searchScreen = async (
  watcher: Watcher,
  words: SearchWords,
  { skeletons, loadCards }: { readonly skeletons: Skeletons; readonly loadCards: LoadCards },
) => {
  const { ids, ...found } = await skeletons.search(watcher, words, size)
  const titles = await loadCards(watcher, ids)
  const allowed = applyRules(titles, watcher.viewer)
  return { cards: pick(allowed, ids).map((title) => presentCard(title, null)), ...found }
}
