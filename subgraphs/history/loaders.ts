import DataLoader from 'dataloader'
import type { Caller } from '#platform/contracts/viewer.ts'
import { byKey } from '#platform/graphql/by-key.ts'
import type { MarkStores } from './marks.ts'
import type { HistoryStore, ResumePoint } from './store.ts'
import type { Thumb } from './thumbs.ts'

/** By title, of the profile that is watching. */
export type HistoryLoaders = {
  readonly resumePoints: DataLoader<string, ResumePoint | null>
  /** Null while nobody watches. */
  readonly listed: DataLoader<string, boolean | null>
  readonly thumbs: DataLoader<string, Thumb | null>
}

export const createLoaders = (store: HistoryStore, { myList, thumbs }: MarkStores, { viewer }: Caller): HistoryLoaders => ({
  resumePoints: new DataLoader(async (titleIds) => {
    const found = viewer === null ? [] : await store.resumePoints(viewer.profileId, titleIds)
    return byKey(titleIds, found, (point) => point.titleId)
  }),
  listed: new DataLoader(async (titleIds) => {
    if (viewer === null) return titleIds.map(() => null)
    const listed = new Set(await myList.among(viewer.profileId, titleIds))
    return titleIds.map((id) => listed.has(id))
  }),
  thumbs: new DataLoader(async (titleIds) => {
    const rated = viewer === null ? [] : await thumbs.among(viewer.profileId, titleIds)
    const byTitle = new Map(rated.map(({ titleId, thumb }) => [titleId, thumb]))
    return titleIds.map((id) => byTitle.get(id) ?? null)
  }),
})
