import { createHomeScreen } from '../../device/home-screen.ts'
import { isPlayable } from '../../device/present-home.ts'
import type { CardTitle } from './cards.ts'

type CardParts = Pick<CardTitle, 'id' | 'name' | 'media'> & { readonly artwork: Pick<CardTitle['artwork'], 'landscape'> }

/** A card of a television: a wide picture and a name. */
export const presentCard = ({ id, name, media, artwork }: CardParts, progress: number | null) => ({
  id,
  name,
  picture: artwork.landscape,
  progress,
  playable: isPlayable({ media }),
})

/** The first screen of a television. */
export const homeScreen = createHomeScreen<CardTitle, ReturnType<typeof presentCard>>(
  { rows: 12, titles: 20, started: 20, listed: 20 },
  presentCard,
)
