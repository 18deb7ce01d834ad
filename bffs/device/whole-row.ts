import type { Watcher } from './context.ts'
import type { HomeDeps } from './home-screen.ts'
import { type Featured, idsOf, presentRows } from './present-home.ts'
import { applyRules } from './rules.ts'

/** NOTE: what recommendations give at most; a row has no end that a member would reach. */
const size = { rows: 30, titles: 40, started: 1, listed: 1 }

export type RowDeps<T, C> = HomeDeps<T> & { readonly presentCard: (title: T, progress: number | null) => C }

/** All of a row of home; null when the profile has no such row now. */
export const wholeRow = async <T extends Featured, C>(
  watcher: Watcher,
  id: string,
  { skeletons, loadCards, presentCard }: RowDeps<T, C>,
) => {
  const skeleton = await skeletons.home(watcher, size)
  const only = { ...skeleton, rows: skeleton.rows.filter((row) => row.id === id), started: [], listed: [] }
  const allowed = applyRules(await loadCards(watcher, idsOf(only)), watcher.viewer)
  return presentRows(only, allowed, presentCard)[0] ?? null
}
