import { resumePoints } from '#platform/contracts/topics/history.resumePoints.ts'
import type { SubgraphDefinition } from '#platform/process/subgraph-definition.ts'
import { openHistoryStore } from './open-store.ts'
import { createHistory } from './server.ts'

export const subgraph: SubgraphDefinition = {
  name: 'history',
  create: async ({ config, engines, clock, log }) => {
    await using stack = new AsyncDisposableStack()
    const store = await openHistoryStore({ config, engines, clock, log }, stack)
    const served = stack.use(await createHistory({ store, events: await engines.open('events'), clock, log }))
    const owned = stack.move()
    return { ...served, [Symbol.asyncDispose]: () => owned.disposeAsync() }
  },
  publishes: [resumePoints],
  without: '"Continue watching"; titles begin at the beginning',
}
