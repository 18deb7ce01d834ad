import { messageOf } from '#platform/errors/errors.ts'
import type { Log } from '#platform/observe/log.ts'
import type { SearchDocument, SearchFilters, SearchIndex, SearchPage } from '#platform/ports/search-index.ts'
import type { Availability, IndexedTitle, Title, TitleStore } from './store.ts'

/** Filters hold what the caller may see; what is beyond them is neither found nor counted nor suggested. */
export type SearchRequest = { readonly text: string; readonly first: number; readonly filters: SearchFilters }
export type Found = Pick<SearchPage, 'facets' | 'didYouMean'> & { readonly titles: readonly Title[]; readonly degraded: boolean }
export type Search = {
  /** Titles, best first. `degraded` when the index did not answer and only beginnings of names were compared. */
  readonly find: (request: SearchRequest) => Promise<Found>
  /** Names that may be meant by a beginning; none when the index does not answer. */
  readonly suggest: (request: SearchRequest) => Promise<readonly string[]>
  /** Puts titles into the index as the catalogue has them now; what the index has of a newer version stays. */
  readonly refresh: (ids: readonly string[]) => Promise<void>
  /** Makes the index anew from the whole catalogue, beside the one that is searched. */
  readonly rebuild: () => Promise<void>
}
export type SearchDeps = {
  readonly index: SearchIndex
  readonly store: TitleStore
  readonly clock: () => Date
  readonly log: Log
}

const nothing = { facets: { kinds: {}, genres: {} }, didYouMean: null }

/** Search over an index, with the catalogue's own prefix search beneath it. */
export const createSearch = ({ index, store, clock, log }: SearchDeps): Search => ({
  find: async (request) => {
    try {
      const { ids, facets, didYouMean } = await index.search(request)
      const titles = new Map((await store.titles(ids)).map((title) => [title.id, title]))
      return { titles: ids.map((id) => titles.get(id)).filter((title) => title !== undefined), facets, didYouMean, degraded: false }
    } catch (error) {
      log.warn({ reason: messageOf(error) }, 'search index does not answer; prefix search instead')
      return { ...nothing, titles: await store.withPrefix(request.text, request.first), degraded: true }
    }
  },
  suggest: async ({ text, first, filters }) => {
    try {
      return await index.suggest(text, first, filters)
    } catch (error) {
      log.warn({ reason: messageOf(error) }, 'search index does not answer; nothing is suggested')
      return []
    }
  },
  refresh: async (ids) => index.put((await store.forIndex(ids)).map((title) => documentOf(title, clock()))),
  rebuild: () =>
    index.rebuild(
      (async function* () {
        yield (await store.forIndex()).map((title) => documentOf(title, clock()))
      })(),
    ),
})

/** Rights that have ended; one that has not begun counts as open, because nothing happens in the catalogue when it begins. */
const hasEnded = ({ endsAt }: Availability, now: Date): boolean => endsAt !== null && endsAt <= now

const documentOf = (title: IndexedTitle, now: Date): SearchDocument => {
  const [ended = [], open = []] = [true, false].map((which) =>
    title.availability.filter((row) => hasEnded(row, now) === which).map(({ region }) => region),
  )
  return {
    id: title.id,
    version: title.version,
    names: [title.name, ...Object.values(title.translations)],
    people: title.people,
    genres: title.genres,
    kind: title.kind,
    maturity: title.maturity,
    language: title.language,
    regions: open,
    notRegions: ended,
    popularity: title.popularity,
  }
}
