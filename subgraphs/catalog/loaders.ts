import DataLoader from 'dataloader'
import { byKey } from '#platform/graphql/by-key.ts'
import type { Credit, Title, TitleStore } from './store.ts'

export type CatalogLoaders = {
  readonly titles: DataLoader<string, Title | null>
  readonly episodesOf: DataLoader<string, readonly Title[]>
  readonly creditsOf: DataLoader<string, readonly Credit[]>
}

export const createLoaders = (store: TitleStore): CatalogLoaders => ({
  titles: new DataLoader(async (ids) => byKey(ids, await store.titles(ids), (title) => title.id)),
  episodesOf: new DataLoader(async (ids) => {
    const grouped = Map.groupBy(await store.episodesOf(ids), (episode) => episode.seriesId ?? '')
    return ids.map((id) => grouped.get(id) ?? [])
  }),
  creditsOf: new DataLoader(async (ids) => {
    const grouped = Map.groupBy(await store.creditsOf(ids), (credit) => credit.titleId)
    return ids.map((id) => grouped.get(id) ?? [])
  }),
})
