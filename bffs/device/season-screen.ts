import { operation } from '#platform/graphql/operation.ts'
import { signedIn } from './context.ts'
import { missingParts } from './missing-parts.ts'
import { episodeLabel } from './next-episode.ts'
import type { SeasonQuery, SeasonQueryVariables } from './operations.generated.ts'
import { isPlayable } from './present-home.ts'
import { resumeAtMs, shareOf } from './progress.ts'
import { allowedSeasons, applyRules } from './rules.ts'
import type { QueryResolvers } from './schema.generated.ts'

const season = operation<SeasonQuery, SeasonQueryVariables>('./operations/season.graphql', import.meta.url)

type Series = NonNullable<SeasonQuery['title']>
type Episode = Series['seasons'][number]['episodes'][number]

const presentEpisode = (number: number, episode: Episode) => ({
  id: episode.id,
  label: episodeLabel(number, episode.episode),
  name: episode.name,
  synopsis: episode.synopsis,
  minutes: episode.runtimeMinutes,
  progress: episode.resumePoint ? shareOf(episode.resumePoint) : null,
  resumeAtMs: resumeAtMs(episode.resumePoint),
  playable: isPlayable(episode),
})

/** One season of a series, the first one that is left when none is named; null when this profile may see nothing of it. */
export const seasonScreen: QueryResolvers['season'] = async (_parent, { seriesId, number }, context) => {
  const { ask, viewer } = signedIn(context)
  const { data, errors } = await ask(season, { id: seriesId, language: viewer.language })
  const series = data?.title
  if (!series || applyRules(new Map([[series.id, series]]), viewer).size === 0) return null
  const seasons = allowedSeasons(series.seasons, viewer)
  const chosen = seasons.find((each) => each.number === (number ?? seasons[0]?.number))
  if (chosen === undefined) return null
  return {
    seriesId: series.id,
    seriesName: series.name,
    picture: series.artwork.landscape,
    number: chosen.number,
    numbers: seasons.map((each) => each.number),
    episodes: chosen.episodes.map((episode) => presentEpisode(chosen.number, episode)),
    degraded: missingParts(errors),
  }
}
