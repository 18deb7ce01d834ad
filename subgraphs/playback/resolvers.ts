import { Id, parseInput } from '#platform/contracts/fields.ts'
import { pageSize } from '#platform/graphql/page-size.ts'
import type { SubgraphContext } from '#platform/graphql/subgraph.ts'
import type { PlaybackLoaders } from './loaders.ts'
import { type PlayDeps, play } from './play.ts'
import type { Resolvers } from './schema.generated.ts'

export type PlaybackContext = SubgraphContext<PlaybackLoaders>

export const resolvers = (deps: PlayDeps): Resolvers => ({
  Query: {
    recentPlaybacks: async (_parent, { first }, { caller: { viewer } }) => {
      const size = pageSize('first', first, 100)
      if (viewer === null) return []
      const grants = await deps.store.recent(viewer.profileId, size)
      return grants.map(({ id, titleId, createdAt }) => ({ sessionId: id, title: { id: titleId }, at: createdAt }))
    },
  },
  Mutation: {
    play: (_parent, { titleId, device: { id, kind }, stop = null }, { caller, loaders }) => {
      const device = { id: parseInput('A device id', Id, id), kind }
      return play({ titleId: parseInput('`titleId`', Id, titleId), device, stop, caller, ask: loaders.ask }, deps)
    },
  },
})
