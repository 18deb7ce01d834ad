import { type BffContext, signedIn, type Watcher } from './context.ts'
import { genrePage } from './genres.ts'
import { myListPage } from './my-list.ts'
import type { Featured } from './present-home.ts'
import { type PageSkeleton, type Paging, titlesOfPage } from './title-pages.ts'
import { type RowDeps, wholeRow } from './whole-row.ts'

type GenreOptions = Paging & { readonly name: string }

/** Resolvers of the lists of a device with cards: what the watching profile put aside, one genre, and all of a row, as far as it may see them. */
export const createListQueries = <T extends Featured, C>(deps: RowDeps<T, C>) => {
  const { loadCards, presentCard } = deps
  const present = async (watcher: Watcher, skeleton: PageSkeleton) => {
    const titles = await titlesOfPage(watcher, skeleton, loadCards)
    return { cards: titles.map((title) => presentCard(title, null)), endCursor: skeleton.endCursor }
  }
  return {
    row: (_parent: unknown, { id }: { readonly id: string }, context: BffContext) => wholeRow(signedIn(context), id, deps),
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
