import type { Watcher } from './context.ts'
import type { Ruled } from './hydrate.ts'
import type { LoadTitles } from './load-titles.ts'
import { applyRules, pick } from './rules.ts'

export type Paging = { readonly first: number; readonly after?: string | null | undefined }
/** Which ids stand on a page of a list; the cursor is null on the last one. */
export type PageSkeleton = { readonly ids: readonly string[]; readonly endCursor: string | null }

/** Those titles of a page that the profile may see. NOTE: it can be short, or empty, and go on all the same. */
export const titlesOfPage = async <T extends Ruled>(
  watcher: Watcher,
  { ids }: PageSkeleton,
  loadTitles: LoadTitles<T>,
): Promise<readonly T[]> => pick(applyRules(await loadTitles(watcher, ids), watcher.viewer), ids)
