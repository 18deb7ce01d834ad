import { operation } from '#platform/graphql/operation.ts'
import { episodeLabel } from '../../device/next-episode.ts'
import { isPlayable } from '../../device/present-home.ts'
import { createTitleScreen, presentFacts } from '../../device/title-screen.ts'
import type { TitleQuery, TitleQueryVariables } from '../operations.generated.ts'
import { presentTile } from './home.ts'
import type { TileTitle } from './tiles.ts'

const titleOperation = operation<TitleQuery, TitleQueryVariables>('../operations/title.graphql', import.meta.url)

type Title = NonNullable<TitleQuery['title']>

const present = (title: Title, similar: readonly TileTitle[]) => ({
  ...presentFacts(title),
  thumb: title.artwork.poster,
  year: title.year,
  minutes: title.runtimeMinutes,
  episodes: title.seasons.flatMap(({ number, episodes }) =>
    episodes.map(({ id, episode, name, media }) => ({ id, label: episodeLabel(number, episode), name, playable: isPlayable({ media }) })),
  ),
  similar: similar.map(presentTile),
})

/** One title on a small screen; null when this profile may not see it. */
export const titleScreen = createTitleScreen(titleOperation, present)
