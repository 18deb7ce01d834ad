import { messageOf } from '#platform/errors/errors.ts'
import type { Log } from '#platform/observe/log.ts'
import type { SearchIndex } from '#platform/ports/search-index.ts'
import type { Title, TitleStore } from './store.ts'

export type Search = {
  /** Titles, best first. `degraded` when the index did not answer and only beginnings of names were compared. */
  readonly find: (text: string, limit: number) => Promise<{ readonly titles: readonly Title[]; readonly degraded: boolean }>
  /** Puts titles into the index as the catalogue has them now: all of them, or those named. */
  readonly refresh: (ids?: readonly string[]) => Promise<number>
}
export type SearchDeps = { readonly index: SearchIndex; readonly store: TitleStore; readonly log: Log }

/** Search over an index, with the catalogue's own prefix search beneath it. */
export const createSearch = ({ index, store, log }: SearchDeps): Search => ({
  find: async (text, limit) => {
    try {
      const ids = await index.search(text, limit)
      const titles = new Map((await store.titles(ids)).map((title) => [title.id, title]))
      return { titles: ids.map((id) => titles.get(id)).filter((title) => title !== undefined), degraded: false }
    } catch (error) {
      log.warn({ reason: messageOf(error) }, 'search index does not answer; prefix search instead')
      return { titles: await store.withPrefix(text, limit), degraded: true }
    }
  },
  refresh: async (ids) => {
    const titles = await store.forIndex(ids)
    await index.add(
      titles.map((title) => ({
        id: title.id,
        names: [title.name, ...Object.values(title.translations)],
        people: title.people,
        genres: title.genres,
        popularity: title.popularity,
      })),
    )
    return titles.length
  },
})
