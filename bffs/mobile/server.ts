import type { Http } from '#platform/http/server.ts'
import { signedIn } from '../device/context.ts'
import { type BffDeps, createBff } from '../device/server.ts'
import { sharedMutations, sharedQueries } from '../device/shared-resolvers.ts'
import { createSkeletons } from '../device/skeleton.ts'
import type { Resolvers } from './schema.generated.ts'
import { homeScreen } from './screens/home.ts'
import { genreScreen, myListScreen } from './screens/lists.ts'
import { searchScreen } from './screens/search.ts'
import { createTiles } from './screens/tiles.ts'
import { titleScreen } from './screens/title.ts'

/** What phones ask. */
export const createMobile = (deps: BffDeps): Promise<Http> => {
  const loadTiles = createTiles(deps.createCache)
  const skeletons = createSkeletons(deps)
  const resolvers: Required<Pick<Resolvers, 'Query' | 'Mutation'>> = {
    Query: {
      ...sharedQueries,
      home: (_parent, _args, context) => homeScreen(signedIn(context), { skeletons, loadTiles }),
      title: (_parent, { id }, context) => titleScreen(signedIn(context), id, loadTiles),
      search: (_parent, words, context) => searchScreen(signedIn(context), words, { skeletons, loadTiles }),
      genre: (_parent, { name, first, after }, context) => genreScreen(signedIn(context), { name, first, after }, loadTiles),
      myList: (_parent, { first, after }, context) => myListScreen(signedIn(context), { first, after }, loadTiles),
    },
    Mutation: sharedMutations('MOBILE'),
  }
  return createBff({ device: 'mobile', home: import.meta.dirname, resolvers }, deps)
}
