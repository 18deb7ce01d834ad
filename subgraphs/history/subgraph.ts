import { resumePoints } from '#platform/contracts/topics/history.resumePoints.ts'
import { thumbs } from '#platform/contracts/topics/history.thumbs.ts'
import type { SubgraphDefinition } from '#platform/process/subgraph-definition.ts'
import { postgresMyList } from './my-list.postgres.ts'
import { openHistoryStore } from './open-store.ts'
import { createHistory } from './server.ts'
import { postgresThumbs } from './thumbs.postgres.ts'

export const subgraph: SubgraphDefinition = {
  name: 'history',
  create: async ({ config, engines, clock, log }) => {
    await using stack = new AsyncDisposableStack()
    const store = await openHistoryStore({ config, engines, clock, log }, stack)
    const { prisma } = await engines.open('database')
    const marks = { myList: postgresMyList(prisma, clock), thumbs: postgresThumbs(prisma, clock) }
    const served = stack.use(await createHistory({ store, marks, events: await engines.open('events'), clock, log }))
    const owned = stack.move()
    return { ...served, [Symbol.asyncDispose]: () => owned.disposeAsync() }
  },
  publishes: [resumePoints, thumbs],
  without: '"Continue watching", "My list" and thumbs; titles begin at the beginning',
}
