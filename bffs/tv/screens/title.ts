import { operation } from '#platform/graphql/operation.ts'
import type { Watcher } from '../../device/context.ts'
import { missingParts } from '../../device/missing-parts.ts'
import { resumeAtMs, shareOf } from '../../device/progress.ts'
import { allowedSeasons, applyRules, pick } from '../../device/rules.ts'
import type { TitleQuery, TitleQueryVariables } from '../operations.generated.ts'
import type { CardTitle, LoadCards } from './cards.ts'
import { presentCard } from './home.ts'

const titleOperation = operation<TitleQuery, TitleQueryVariables>('../operations/title.graphql', import.meta.url)

type Title = NonNullable<TitleQuery['title']>

/** One title, with its episodes and what is like it; null when this profile may not see it. */
export const titleScreen = async (watcher: Watcher, id: string, loadCards: LoadCards) => {
  const { data, errors } = await watcher.ask(titleOperation, { id, language: watcher.viewer.language })
  const title = data?.title
  if (!title || applyRules(new Map([[id, title]]), watcher.viewer).size === 0) return null
  const similarIds = (title.similar ?? []).flatMap((each) => each?.id ?? [])
  const allowed = applyRules(await loadCards(watcher, similarIds), watcher.viewer)
  const seasons = allowedSeasons(title.seasons, watcher.viewer)
  return { ...present({ ...title, seasons }, pick(allowed, similarIds)), degraded: missingParts(errors) }
}

const present = (title: Title, similar: readonly CardTitle[]) => ({
  id: title.id,
  name: title.name,
  synopsis: title.synopsis,
  picture: title.artwork.hero,
  facts: [title.year, `${title.runtimeMinutes} min`, title.maturity > 0 ? `${title.maturity}+` : 'all ages', ...title.genres].join(' · '),
  playable: title.media.state === 'READY',
  preparingPercent: title.media.state === 'PREPARING' ? (title.media.percent ?? 0) : null,
  durationMs: title.media.durationMs,
  resumeAtMs: resumeAtMs(title.resumePoint),
  progress: title.resumePoint ? shareOf(title.resumePoint) : null,
  seasons: title.seasons.map(({ number, episodes }) => ({
    heading: `Season ${number}`,
    episodes: episodes.map((episode) => presentCard(episode, episode.resumePoint ? shareOf(episode.resumePoint) : null)),
  })),
  similar: similar.map((each) => presentCard(each, null)),
})
