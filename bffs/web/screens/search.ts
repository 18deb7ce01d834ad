import { createSearchScreen } from '../../device/search-screen.ts'
import type { CardTitle } from './cards.ts'
import { presentCard } from './home.ts'

/** What a keyboard typed. */
export const searchScreen = createSearchScreen<CardTitle, ReturnType<typeof presentCard>>(30, presentCard)
