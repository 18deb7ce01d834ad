import type { Cache } from '#platform/ports/cache.ts'

/** What rules need to know of a title, whatever else a device asks for. */
export type Ruled = { readonly id: string; readonly maturity: number; readonly available: boolean }
export type Hydrate<T> = (
  ids: readonly string[],
  place: string,
  load: (ids: readonly string[]) => Promise<readonly (T | null)[]>,
) => Promise<ReadonlyMap<string, T>>

const ttlSeconds = 10
/** The catalogue answers for so many titles at once. */
const pageSize = 100

const pages = (ids: readonly string[]): readonly (readonly string[])[] =>
  Array.from({ length: Math.ceil(ids.length / pageSize) }, (_, page) => ids.slice(page * pageSize, (page + 1) * pageSize))

/**
 * The second step of a screen: all titles of a page in one trip. What looks the same to every member in one `place`
 * (region and language) is remembered for 10 s, so that a page mostly asks for nothing.
 */
export const createHydrate =
  <T extends Ruled>(cache: Cache<T>): Hydrate<T> =>
  async (ids, place, load) => {
    const wanted = [...new Set(ids)]
    const kept = await Promise.all(wanted.map(async (id) => [id, await cache.get(`${place} ${id}`)] as const))
    const missing = kept.filter(([, title]) => title === undefined).map(([id]) => id)
    const loaded = (await Promise.all(pages(missing).map(load))).flat().filter((title) => title !== null)
    await Promise.all(loaded.map((title) => cache.set(`${place} ${title.id}`, title, ttlSeconds)))
    const present = kept.map(([, title]) => title).filter((title) => title !== undefined)
    return new Map([...present, ...loaded].map((title) => [title.id, title]))
  }
