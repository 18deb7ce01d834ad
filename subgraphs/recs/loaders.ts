import type { Cache } from '#platform/ports/cache.ts'
import { type Kept, keepFresh } from '#platform/resilience/fresh.ts'
import type { RecsStore, TitleFeature } from './store.ts'

/** All features, from memory while they are fresh: ranking reads every one of them for every page. */
export type RecsLoaders = { readonly features: () => Promise<readonly TitleFeature[]> }

export type FeatureCache = Cache<Kept<readonly TitleFeature[]>>

export const createLoaders = (store: RecsStore, cache: FeatureCache): RecsLoaders => {
  const fresh = keepFresh(cache, { freshSeconds: 5, staleSeconds: 300 })
  return { features: () => fresh('features', () => store.features()) }
}
