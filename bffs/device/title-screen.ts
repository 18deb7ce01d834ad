import type { Operation } from '#platform/graphql/operation.ts'
import type { Watcher } from './context.ts'
import type { Ruled } from './hydrate.ts'
import type { LoadTitles } from './load-titles.ts'
import { missingParts } from './missing-parts.ts'
import { nextEpisodeOf, type SeriesOf } from './next-episode.ts'
import { isPlayable } from './present-home.ts'
import { resumeAtMs, type Stopped } from './progress.ts'
import { allowedSeasons, applyRules, pick } from './rules.ts'

type Answered = Ruled & {
  readonly seasons: readonly { readonly number: number; readonly episodes: readonly Ruled[] }[]
  readonly series: SeriesOf
  readonly similar: readonly ({ readonly id: string } | null)[] | null
}
type Asked<T> = Operation<{ readonly title: T | null }, { readonly id: string; readonly language?: string | null }>

type Around = { readonly nextEpisode: ReturnType<typeof nextEpisodeOf>; readonly degraded: readonly string[] }
type Facts<T> = {
  readonly id: string
  readonly name: string
  readonly synopsis: string
  readonly media: { readonly state: string; readonly percent: number | null; readonly durationMs: number | null }
  readonly resumePoint: Stopped | null
  readonly inMyList: boolean | null
  readonly myThumb: T | null
}

/** What every device says of a title. */
export const presentFacts = <T>({ id, name, synopsis, media, resumePoint, inMyList, myThumb }: Facts<T>) => ({
  id,
  name,
  synopsis,
  playable: isPlayable({ media }),
  preparingPercent: media.state === 'PREPARING' ? (media.percent ?? 0) : null,
  durationMs: media.durationMs,
  resumeAtMs: resumeAtMs(resumePoint),
  inMyList,
  myThumb,
})

/** A title's page: the title with those of its episodes that may be seen, and what is like it; null when this profile may not see it. */
export const createTitleScreen =
  <T extends Answered, C extends Ruled, P extends object>(ask: Asked<T>, present: (title: T, similar: readonly C[]) => P) =>
  async (watcher: Watcher, id: string, loadTitles: LoadTitles<C>): Promise<(P & Around) | null> => {
    const { data, errors } = await watcher.ask(ask, { id, language: watcher.viewer.language })
    const title = data?.title
    if (!title || applyRules(new Map([[id, title]]), watcher.viewer).size === 0) return null
    const similarIds = (title.similar ?? []).flatMap((each) => each?.id ?? [])
    const allowed = applyRules(await loadTitles(watcher, similarIds), watcher.viewer)
    const seasons = allowedSeasons(title.seasons, watcher.viewer)
    const nextEpisode = nextEpisodeOf(title.id, title.series, watcher.viewer)
    return { ...present({ ...title, seasons }, pick(allowed, similarIds)), nextEpisode, degraded: missingParts(errors) }
  }
