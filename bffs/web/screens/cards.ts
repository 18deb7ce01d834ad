import { operation } from '#platform/graphql/operation.ts'
import type { CreateCache } from '#platform/ports/cache.ts'
import { createTitles, type LoadTitles } from '../../device/load-titles.ts'
import type { CardsQuery, CardsQueryVariables } from '../operations.generated.ts'

export type CardTitle = NonNullable<CardsQuery['titles'][number]>
export type LoadCards = LoadTitles<CardTitle>

export const createCards = (createCache: CreateCache): LoadCards =>
  createTitles(operation<CardsQuery, CardsQueryVariables>('../operations/cards.graphql', import.meta.url), createCache)
