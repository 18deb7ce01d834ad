import type { Viewer } from '#platform/contracts/viewer.ts'
import type { Ruled } from './hydrate.ts'
import { isPlayable } from './present-home.ts'
import { allowedSeasons } from './rules.ts'

type Episode = Ruled & { readonly name: string; readonly episode: number | null; readonly media: { readonly state: string } }
export type SeriesOf = { readonly seasons: readonly { readonly number: number; readonly episodes: readonly Episode[] }[] } | null

/** How an episode is called beside its series. */
export const episodeLabel = (season: number, episode: number | null): string => `S${season} E${episode ?? 0}`

/** The next episode that this profile may see and that can be played; null after the last one, and for what is no episode. */
export const nextEpisodeOf = (id: string, series: SeriesOf, viewer: Pick<Viewer, 'maturityLimit'>) => {
  const all = (series?.seasons ?? []).flatMap(({ episodes }) => episodes.map((each) => each.id))
  const behind = new Set(all.slice(all.indexOf(id) + 1))
  const episodes = allowedSeasons(series?.seasons ?? [], viewer).flatMap(({ number, episodes: of }) =>
    of.map((each) => ({ ...each, number })),
  )
  const next = all.includes(id) ? episodes.find((each) => behind.has(each.id) && isPlayable(each)) : undefined
  return next === undefined ? null : { id: next.id, name: next.name, label: episodeLabel(next.number, next.episode) }
}
