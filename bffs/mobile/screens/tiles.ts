import { createHydrate } from '#platform/bff/hydrate.ts'
import type { Watcher } from '#platform/bff/viewer.ts'
import { operation, whole } from '#platform/graphql/operation.ts'
import type { CreateCache } from '#platform/ports/cache.ts'
import type { TilesQuery, TilesQueryVariables } from '../operations.generated.ts'

const tiles = operation<TilesQuery, TilesQueryVariables>('../operations/tiles.graphql', import.meta.url)

export type TileTitle = NonNullable<TilesQuery['titles'][number]>

/** Titles as tiles need them: one trip to the supergraph for every id on the page. */
export const createTiles = (createCache: CreateCache) => {
  const hydrate = createHydrate<TileTitle>(createCache(50_000))
  return ({ ask, region, viewer: { language } }: Watcher, ids: readonly string[]) =>
    hydrate(ids, `${region} ${language}`, async (missing) => whole(await ask(tiles, { ids: [...missing], language })).titles)
}
export type LoadTiles = ReturnType<typeof createTiles>
