import { createSearchScreen } from '../../device/search-screen.ts'
import type { CardTitle } from './cards.ts'
import { presentCard } from './home.ts'

/** What a remote control typed. */
export const searchScreen = createSearchScreen<CardTitle, ReturnType<typeof presentCard>>(24, presentCard)
