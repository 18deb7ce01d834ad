import { createHomeScreen } from '../../device/home-screen.ts'
import { isPlayable } from '../../device/present-home.ts'
import type { CardTitle } from './cards.ts'

type CardParts = Pick<CardTitle, 'id' | 'name' | 'year' | 'maturity' | 'genres' | 'media'> & {
  readonly artwork: Pick<CardTitle['artwork'], 'poster' | 'landscape'>
}

/** A card of a page: both picture shapes, and facts to read. */
export const presentCard = ({ artwork: { poster, landscape }, media, ...facts }: CardParts, progress: number | null) => ({
  ...facts,
  poster,
  landscape,
  progress,
  playable: isPlayable({ media }),
})

/** The first screen of a browser. */
export const homeScreen = createHomeScreen<CardTitle, ReturnType<typeof presentCard>>(
  { rows: 10, titles: 18, started: 12, listed: 12 },
  presentCard,
)
