import { dataOrThrow, type Operation } from '#platform/graphql/operation.ts'
import type { CacheNamespace, CreateCache } from '#platform/ports/cache.ts'
import { jsonCodec } from '#platform/text/json-codec.ts'
import type { Watcher } from './context.ts'
import { createHydrate, type Ruled } from './hydrate.ts'

type Variables = { readonly ids: string[]; readonly language?: string | null }
export type LoadTitles<T> = (watcher: Watcher, ids: readonly string[]) => Promise<ReadonlyMap<string, T>>

/** NOTE: the operation is the shape: devices that select other fields of a title never meet in one entry. */
const titlesAs = <T>(shape: string): CacheNamespace<T> => ({
  name: 'device.titles',
  codec: jsonCodec<T>(shape),
  ttl: { seconds: 10, jitter: 0.1 },
  entriesMax: 50_000,
})

/** Titles as a device's operation asks for them: one trip to the supergraph for every id on the page. */
export const createTitles = <T extends Ruled>(
  titles: Operation<{ readonly titles: readonly (T | null)[] }, Variables>,
  createCache: CreateCache,
): LoadTitles<T> => {
  const hydrate = createHydrate<T>(createCache(titlesAs(titles.text)))
  return ({ ask, region, viewer: { language } }, ids) =>
    hydrate(ids, `${region} ${language}`, async (missing) => dataOrThrow(await ask(titles, { ids: [...missing], language })).titles)
}
