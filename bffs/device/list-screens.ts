import { type BffContext, signedIn, type Watcher } from './context.ts'
import { genrePage } from './genres.ts'
import type { Ruled } from './hydrate.ts'
import type { LoadTitles } from './load-titles.ts'
import { myListPage } from './my-list.ts'
import { type PageSkeleton, type Paging, titlesOfPage } from './title-pages.ts'

type Card<T, C> = (title: T, progress: null) => C
type GenreOptions = Paging & { readonly name: string }

/** Resolvers of the lists of a device with cards: what the watching profile put aside, and one genre, as far as it may see them. */
export const createListQueries = <T extends Ruled, C>(loadCards: LoadTitles<T>, presentCard: Card<T, C>) => {
  const present = async (watcher: Watcher, skeleton: PageSkeleton) => {
    const titles = await titlesOfPage(watcher, skeleton, loadCards)
    return { cards: titles.map((title) => presentCard(title, null)), endCursor: skeleton.endCursor }
  }
  return {
    myList: async (_parent: unknown, paging: Paging, context: BffContext) => {
      const watcher = signedIn(context)
      return present(watcher, await myListPage(watcher, paging))
    },
    genre: async (_parent: unknown, { name, ...paging }: GenreOptions, context: BffContext) => {
      const watcher = signedIn(context)
      return present(watcher, await genrePage(watcher, name, paging))
    },
  }
}
