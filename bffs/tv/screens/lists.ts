import type { Watcher } from '../../device/context.ts'
import { genrePage } from '../../device/genres.ts'
import { myListPage } from '../../device/my-list.ts'
import { type PageSkeleton, type Paging, titlesOfPage } from '../../device/title-pages.ts'
import type { LoadCards } from './cards.ts'
import { presentCard } from './home.ts'

/** What the watching profile has put on its list. */
export const myListScreen = async (watcher: Watcher, paging: Paging, loadCards: LoadCards) =>
  present(watcher, await myListPage(watcher, paging), loadCards)

type GenreOptions = Paging & { readonly name: string }

/** One genre, as far as the watching profile may see it. */
export const genreScreen = async (watcher: Watcher, { name, ...paging }: GenreOptions, loadCards: LoadCards) =>
  present(watcher, await genrePage(watcher, name, paging), loadCards)

const present = async (watcher: Watcher, skeleton: PageSkeleton, loadCards: LoadCards) => {
  const titles = await titlesOfPage(watcher, skeleton, loadCards)
  return { cards: titles.map((title) => presentCard(title, null)), endCursor: skeleton.endCursor }
}
