import type { Http } from '#platform/http/server.ts'
import { play } from '../device/play.ts'
import { type BffDeps, createBff } from '../device/server.ts'
import { sessionMutations } from '../device/session.ts'
import { createSkeletons } from '../device/skeleton.ts'
import { type BffContext, signedIn } from '../device/viewer.ts'
import { homeScreen } from './screens/home.ts'
import { searchScreen } from './screens/search.ts'
import { createTiles } from './screens/tiles.ts'
import { titleScreen } from './screens/title.ts'

/** What phones ask. */
export const createMobile = (deps: BffDeps): Promise<Http> => {
  const loadTiles = createTiles(deps.createCache)
  const skeletons = createSkeletons(deps)
  const resolvers = {
    Query: {
      home: (_parent: unknown, _args: unknown, context: BffContext) => homeScreen(signedIn(context), { skeletons, loadTiles }),
      title: (_parent: unknown, { id }: { readonly id: string }, context: BffContext) => titleScreen(signedIn(context), id, loadTiles),
      search: (_parent: unknown, { text }: { readonly text: string }, context: BffContext) =>
        searchScreen(signedIn(context), text, { skeletons, loadTiles }),
    },
    Mutation: { ...sessionMutations, play: play('MOBILE') },
  }
  return createBff({ device: 'mobile', home: import.meta.dirname, resolvers: resolvers as never }, deps)
}
