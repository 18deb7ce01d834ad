import { createHydrate } from '#platform/bff/hydrate.ts'
import type { Watcher } from '#platform/bff/viewer.ts'
import { operation, whole } from '#platform/graphql/operation.ts'
import type { CreateCache } from '#platform/ports/cache.ts'
import type { CardsQuery, CardsQueryVariables } from '../operations.generated.ts'

const cards = operation<CardsQuery, CardsQueryVariables>('../operations/cards.graphql', import.meta.url)

export type CardTitle = NonNullable<CardsQuery['titles'][number]>

/** Titles as cards need them: one trip to the supergraph for every id on the page. */
export const createCards = (createCache: CreateCache) => {
  const hydrate = createHydrate<CardTitle>(createCache(50_000))
  return ({ ask, region, viewer: { language } }: Watcher, ids: readonly string[]) =>
    hydrate(ids, `${region} ${language}`, async (missing) => whole(await ask(cards, { ids: [...missing], language })).titles)
}
export type LoadCards = ReturnType<typeof createCards>
