import type { Http } from '#platform/http/server.ts'
import { play } from '../device/play.ts'
import { type BffDeps, createBff } from '../device/server.ts'
import { sessionMutations } from '../device/session.ts'
import { createSkeletons } from '../device/skeleton.ts'
import { type BffContext, signedIn } from '../device/viewer.ts'
import { type PageLinks, servePage } from './page.ts'
import { createCards } from './screens/cards.ts'
import { homeScreen } from './screens/home.ts'
import { searchScreen } from './screens/search.ts'
import { titleScreen } from './screens/title.ts'

/** What browsers ask, and the page that asks it. */
export const createWeb = async ({ page, ...deps }: BffDeps & { readonly page: () => PageLinks }): Promise<Http> => {
  const loadCards = createCards(deps.createCache)
  const skeletons = createSkeletons(deps)
  const resolvers = {
    Query: {
      home: (_parent: unknown, _args: unknown, context: BffContext) => homeScreen(signedIn(context), { skeletons, loadCards }),
      title: (_parent: unknown, { id }: { readonly id: string }, context: BffContext) => titleScreen(signedIn(context), id, loadCards),
      search: (_parent: unknown, { text }: { readonly text: string }, context: BffContext) =>
        searchScreen(signedIn(context), text, { skeletons, loadCards }),
    },
    Mutation: { ...sessionMutations, play: play('WEB') },
  }
  const app = await createBff({ device: 'web', home: import.meta.dirname, resolvers: resolvers as never }, deps)
  servePage(app, page)
  return app
}
