import type { Watcher } from '../../device/context.ts'
import { genrePage } from '../../device/genres.ts'
import { myListPage } from '../../device/my-list.ts'
import { type PageSkeleton, type Paging, titlesOfPage } from '../../device/title-pages.ts'
import { presentTile } from './home.ts'
import type { LoadTiles } from './tiles.ts'

/** What the watching profile has put on its list. */
export const myListScreen = async (watcher: Watcher, paging: Paging, loadTiles: LoadTiles) =>
  present(watcher, await myListPage(watcher, paging), loadTiles)

type GenreOptions = Paging & { readonly name: string }

/** One genre, as far as the watching profile may see it. */
export const genreScreen = async (watcher: Watcher, { name, ...paging }: GenreOptions, loadTiles: LoadTiles) =>
  present(watcher, await genrePage(watcher, name, paging), loadTiles)

const present = async (watcher: Watcher, skeleton: PageSkeleton, loadTiles: LoadTiles) => {
  const titles = await titlesOfPage(watcher, skeleton, loadTiles)
  return { tiles: titles.map(presentTile), endCursor: skeleton.endCursor }
}
