import { operation } from '#platform/graphql/operation.ts'
import type { CreateCache } from '#platform/ports/cache.ts'
import { createTitles, type LoadTitles } from '../../device/load-titles.ts'
import type { TilesQuery, TilesQueryVariables } from '../operations.generated.ts'

export type TileTitle = NonNullable<TilesQuery['titles'][number]>
export type LoadTiles = LoadTitles<TileTitle>

export const createTiles = (createCache: CreateCache): LoadTiles =>
  createTitles(operation<TilesQuery, TilesQueryVariables>('../operations/tiles.graphql', import.meta.url), createCache)
