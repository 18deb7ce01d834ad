import type { Viewer } from '#platform/contracts/viewer.ts'
import type { Ruled } from './hydrate.ts'

/** The third step of a screen, and the only place that hides a title: what this profile may see, where it is. */
export const applyRules = <T extends Ruled>(
  titles: ReadonlyMap<string, T>,
  { maturityLimit }: Pick<Viewer, 'maturityLimit'>,
): ReadonlyMap<string, T> => new Map([...titles].filter(([, title]) => title.available && title.maturity <= maturityLimit))

type Season<E> = { readonly number: number; readonly episodes: readonly E[] }

/** Seasons with those of their episodes that may be seen; one that has none is left out. */
export const allowedSeasons = <E extends Ruled>(seasons: readonly Season<E>[], viewer: Pick<Viewer, 'maturityLimit'>): Season<E>[] =>
  seasons
    .map(({ number, episodes }) => ({
      number,
      episodes: [...applyRules(new Map(episodes.map((episode) => [episode.id, episode])), viewer).values()],
    }))
    .filter(({ episodes }) => episodes.length > 0)

/** Those of the ids that are left, in order. */
export const pick = <T>(titles: ReadonlyMap<string, T>, ids: readonly string[]): readonly T[] =>
  ids.map((id) => titles.get(id)).filter((title) => title !== undefined)
