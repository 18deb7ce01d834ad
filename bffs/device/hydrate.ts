import type { Cache } from '#platform/ports/cache.ts'

/** What rules need to know of a title, whatever else a device asks for. */
export type Ruled = { readonly id: string; readonly maturity: number; readonly available: boolean }
export type Hydrate<T> = (
  ids: readonly string[],
  place: string,
  load: (ids: readonly string[]) => Promise<readonly (T | null)[]>,
) => Promise<ReadonlyMap<string, T>>

/** The catalogue answers for so many titles at once. */
const pageSize = 100

const pages = (ids: readonly string[]): readonly (readonly string[])[] =>
  Array.from({ length: Math.ceil(ids.length / pageSize) }, (_, page) => ids.slice(page * pageSize, (page + 1) * pageSize))

/**
 * The second step of a screen: all titles of a page in one trip. What looks the same to every member in one `place`
 * (region and language) is remembered for a few seconds, so that a page mostly asks for nothing.
 */
export const createHydrate =
  <T extends Ruled>(cache: Cache<T>): Hydrate<T> =>
  async (ids, place, load) => {
    const wanted = [...new Set(ids)]
    const keyOf = (id: string): string => `${place} ${id}`
    const kept = await cache.get(wanted.map(keyOf))
    const missing = wanted.filter((id) => !kept.has(keyOf(id)))
    const loaded = (await Promise.all(pages(missing).map(load))).flat().filter((title) => title !== null)
    await Promise.all(loaded.map((title) => cache.set(keyOf(title.id), title)))
    return new Map([...kept.values(), ...loaded].map((title) => [title.id, title]))
  }
