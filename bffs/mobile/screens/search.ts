import type { Watcher } from '../../device/context.ts'
import { applyRules, pick } from '../../device/rules.ts'
import type { SearchWords } from '../../device/skeleton.ts'
import { type HomeDeps, presentTile } from './home.ts'

const size = 12

/** What a thumb typed. */
export const searchScreen = async (watcher: Watcher, words: SearchWords, { skeletons, loadTiles }: HomeDeps) => {
  const { ids, ...found } = await skeletons.search(watcher, words, size)
  const titles = await loadTiles(watcher, ids)
  const allowed = applyRules(titles, watcher.viewer)
  return { tiles: pick(allowed, ids).map(presentTile), ...found }
}
