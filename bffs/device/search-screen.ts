import type { Watcher } from './context.ts'
import type { HomeDeps } from './home-screen.ts'
import type { Ruled } from './hydrate.ts'
import { applyRules, pick } from './rules.ts'
import type { SearchWords } from './skeleton.ts'

/** What was typed, found: so many cards at most, as far as the watching profile may see them, and what else may be meant. */
export const createSearchScreen =
  <T extends Ruled, C>(size: number, presentCard: (title: T, progress: null) => C) =>
  async (watcher: Watcher, words: SearchWords, { skeletons, loadCards }: HomeDeps<T>) => {
    const { ids, ...found } = await skeletons.search(watcher, words, size)
    const allowed = applyRules(await loadCards(watcher, ids), watcher.viewer)
    return { cards: pick(allowed, ids).map((title) => presentCard(title, null)), ...found }
  }
