import type { Watcher } from '../../device/context.ts'
import { idsOf, myListRow } from '../../device/present-home.ts'
import { shareOf } from '../../device/progress.ts'
import { headingOf } from '../../device/row-heading.ts'
import { applyRules, pick } from '../../device/rules.ts'
import type { HomeSkeleton, Skeletons } from '../../device/skeleton.ts'
import type { LoadTiles, TileTitle } from './tiles.ts'

const size = { rows: 6, titles: 8, started: 8, listed: 8 }

export type HomeDeps = { readonly skeletons: Skeletons; readonly loadTiles: LoadTiles }

/** The first screen of a phone: what was begun, then few short shelves. */
export const homeScreen = async (watcher: Watcher, { skeletons, loadTiles }: HomeDeps) => {
  const skeleton = await skeletons.home(watcher, size)
  const titles = await loadTiles(watcher, idsOf(skeleton))
  const allowed = applyRules(titles, watcher.viewer)
  return present(skeleton, allowed)
}

const present = ({ rows, started, startedMax, listed, degraded }: HomeSkeleton, titles: ReadonlyMap<string, TileTitle>) => ({
  continueWatching: started
    .filter(({ titleId }) => titles.has(titleId))
    .slice(0, startedMax)
    .flatMap((point) => {
      const title = titles.get(point.titleId)
      return title === undefined ? [] : [{ ...presentTile(title), percent: Math.round(100 * shareOf(point)), positionMs: point.positionMs }]
    }),
  shelves: [
    { ...myListRow, titleIds: listed },
    ...rows.map((row) => ({ id: row.id, heading: headingOf(row, (id) => titles.get(id)?.name), titleIds: row.titleIds })),
  ].flatMap(({ id, heading, titleIds }) => {
    const tiles = pick(titles, titleIds).map(presentTile)
    return heading === null || tiles.length === 0 ? [] : [{ id, heading, tiles }]
  }),
  degraded,
})

/** A tile of a phone: an upright picture and a name. */
export const presentTile = ({ id, name, artwork }: TileTitle) => ({ id, name, thumb: artwork.poster })
