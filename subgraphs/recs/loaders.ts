import type { CreateCache } from '#platform/ports/cache.ts'
import { keepFresh } from '#platform/resilience/fresh.ts'
import type { RecsStore, TitleFeature } from './store.ts'

/** All features, from memory while they are fresh: ranking reads every one of them for every page. */
export type RecsLoaders = { readonly features: () => Promise<readonly TitleFeature[]> }

export const createLoaders = (store: RecsStore, createCache: CreateCache): RecsLoaders => {
  const fresh = keepFresh<readonly TitleFeature[]>(createCache, {
    name: 'recs.features',
    shape: 'TitleFeature[] 1',
    entriesMax: 1,
    freshSeconds: 5,
    staleSeconds: 300,
  })
  return { features: () => fresh('features', () => store.features()) }
}
