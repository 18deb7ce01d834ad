import { operation } from '#platform/graphql/operation.ts'
import { shareOf } from '../../device/progress.ts'
import { createTitleScreen, presentFacts } from '../../device/title-screen.ts'
import type { TitleQuery, TitleQueryVariables } from '../operations.generated.ts'
import type { CardTitle } from './cards.ts'
import { presentCard } from './home.ts'

const titleOperation = operation<TitleQuery, TitleQueryVariables>('../operations/title.graphql', import.meta.url)

type Title = NonNullable<TitleQuery['title']>

const present = (title: Title, similar: readonly CardTitle[]) => ({
  ...presentFacts(title),
  picture: title.artwork.hero,
  facts: [title.year, `${title.runtimeMinutes} min`, title.maturity > 0 ? `${title.maturity}+` : 'all ages', ...title.genres].join(' · '),
  progress: title.resumePoint ? shareOf(title.resumePoint) : null,
  seasons: title.seasons.map(({ number, episodes }) => ({
    heading: `Season ${number}`,
    episodes: episodes.map((episode) => presentCard(episode, episode.resumePoint ? shareOf(episode.resumePoint) : null)),
  })),
  similar: similar.map((each) => presentCard(each, null)),
})

/** One title, with its episodes and what is like it; null when this profile may not see it. */
export const titleScreen = createTitleScreen(titleOperation, present)
