import DataLoader from 'dataloader'
import type { Caller } from '#platform/contracts/viewer.ts'
import { byKey } from '#platform/graphql/by-key.ts'
import type { HistoryStore, ResumePoint } from './store.ts'

export type HistoryLoaders = {
  /** By title, of the profile that is watching. */
  readonly resumePoints: DataLoader<string, ResumePoint | null>
}

export const createLoaders = (store: HistoryStore, { viewer }: Caller): HistoryLoaders => ({
  resumePoints: new DataLoader(async (titleIds) => {
    const found = viewer === null ? [] : await store.resumePoints(viewer.profileId, titleIds)
    return byKey(titleIds, found, (point) => point.titleId)
  }),
})
