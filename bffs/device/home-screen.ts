import type { Watcher } from './context.ts'
import type { LoadTitles } from './load-titles.ts'
import { type Featured, idsOf, presentHero, presentRows } from './present-home.ts'
import { applyRules } from './rules.ts'
import type { HomeSize, Skeletons } from './skeleton.ts'

export type HomeDeps<T> = { readonly skeletons: Skeletons; readonly loadCards: LoadTitles<T> }

/** The first screen of a device with rows of cards, and one title across it. */
export const createHomeScreen =
  <T extends Featured, C>(size: HomeSize, presentCard: (title: T, progress: number | null) => C) =>
  async (watcher: Watcher, { skeletons, loadCards }: HomeDeps<T>) => {
    const skeleton = await skeletons.home(watcher, size)
    const titles = await loadCards(watcher, idsOf(skeleton))
    const allowed = applyRules(titles, watcher.viewer)
    return {
      hero: presentHero(skeleton, allowed),
      rows: presentRows(skeleton, allowed, presentCard),
      degraded: skeleton.degraded,
    }
  }
