import type { Http } from '#platform/http/server.ts'
import { signedIn } from '../device/context.ts'
import { createListQueries } from '../device/list-screens.ts'
import { type BffDeps, createBff } from '../device/server.ts'
import { sharedMutations, sharedQueries } from '../device/shared-resolvers.ts'
import { createSkeletons } from '../device/skeleton.ts'
import type { Resolvers } from './schema.generated.ts'
import { createCards } from './screens/cards.ts'
import { homeScreen, presentCard } from './screens/home.ts'
import { searchScreen } from './screens/search.ts'
import { titleScreen } from './screens/title.ts'

/** What televisions ask. */
export const createTv = (deps: BffDeps): Promise<Http> => {
  const loadCards = createCards(deps.createCache)
  const skeletons = createSkeletons(deps)
  const resolvers: Required<Pick<Resolvers, 'Query' | 'Mutation'>> = {
    Query: {
      ...sharedQueries,
      ...createListQueries({ loadCards, presentCard, skeletons }),
      home: (_parent, _args, context) => homeScreen(signedIn(context), { skeletons, loadCards }),
      title: (_parent, { id }, context) => titleScreen(signedIn(context), id, loadCards),
      search: (_parent, words, context) => searchScreen(signedIn(context), words, { skeletons, loadCards }),
    },
    Mutation: sharedMutations('TV'),
  }
  return createBff({ device: 'tv', home: import.meta.dirname, resolvers }, deps)
}
