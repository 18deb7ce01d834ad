import { operation } from '#platform/graphql/operation.ts'
import type { Watcher } from '../../device/context.ts'
import { missingParts } from '../../device/missing-parts.ts'
import { resumeAtMs } from '../../device/progress.ts'
import { allowedSeasons, applyRules, pick } from '../../device/rules.ts'
import type { TitleQuery, TitleQueryVariables } from '../operations.generated.ts'
import { presentTile } from './home.ts'
import type { LoadTiles, TileTitle } from './tiles.ts'

const titleOperation = operation<TitleQuery, TitleQueryVariables>('../operations/title.graphql', import.meta.url)

type Title = NonNullable<TitleQuery['title']>

/** One title on a small screen; null when this profile may not see it. */
export const titleScreen = async (watcher: Watcher, id: string, loadTiles: LoadTiles) => {
  const { data, errors } = await watcher.ask(titleOperation, { id, language: watcher.viewer.language })
  const title = data?.title
  if (!title || applyRules(new Map([[id, title]]), watcher.viewer).size === 0) return null
  const similarIds = (title.similar ?? []).flatMap((each) => each?.id ?? [])
  const allowed = applyRules(await loadTiles(watcher, similarIds), watcher.viewer)
  const seasons = allowedSeasons(title.seasons, watcher.viewer)
  return { ...present({ ...title, seasons }, pick(allowed, similarIds)), degraded: missingParts(errors) }
}

const present = (title: Title, similar: readonly TileTitle[]) => ({
  id: title.id,
  name: title.name,
  synopsis: title.synopsis,
  thumb: title.artwork.poster,
  year: title.year,
  minutes: title.runtimeMinutes,
  playable: title.media.state === 'READY',
  preparingPercent: title.media.state === 'PREPARING' ? (title.media.percent ?? 0) : null,
  durationMs: title.media.durationMs,
  resumeAtMs: resumeAtMs(title.resumePoint),
  episodes: title.seasons.flatMap(({ number, episodes }) =>
    episodes.map(({ id, episode, name, media }) => ({ id, label: `S${number} E${episode ?? 0}`, name, playable: media.state === 'READY' })),
  ),
  similar: similar.map(presentTile),
})
