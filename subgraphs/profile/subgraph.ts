import { endedSessions } from '#platform/contracts/topics/profile.endedSessions.ts'
import { removedProfiles } from '#platform/contracts/topics/profile.removed.ts'
import { subscriptions } from '#platform/contracts/topics/profile.subscriptions.ts'
import type { SubgraphDefinition } from '#platform/process/subgraph-definition.ts'
import { postgresRemovals } from './removal.postgres.ts'
import { removeRegularly } from './removal.ts'
import { createProfile } from './server.ts'
import { postgresSessions } from './session-store.postgres.ts'
import { postgresAccounts, postgresProfiles } from './store.postgres.ts'

export const subgraph: SubgraphDefinition = {
  name: 'profile',
  create: async ({ config, secrets, engines, clock, log }) => {
    const { prisma } = await engines.open('database')
    const { accessPrivateKey } = await secrets.pick('accessPrivateKey')
    await using stack = new AsyncDisposableStack()
    const removals = postgresRemovals(prisma)
    const served = await createProfile({
      accounts: postgresAccounts(prisma),
      profiles: postgresProfiles(prisma),
      sessions: postgresSessions(prisma),
      removals,
      graceDays: config.deletionGraceDays,
      accessPrivateKey,
      accessTokenSeconds: config.accessTokenSeconds,
      clock,
      log,
    })
    stack.use(served)
    stack.use(removeRegularly({ removals, tokenSeconds: config.accessTokenSeconds, clock, log }))
    const owned = stack.move()
    return { ...served, [Symbol.asyncDispose]: () => owned.disposeAsync() }
  },
  publishes: [subscriptions, endedSessions, removedProfiles],
  sweeps: [{ table: 'session', expiry: 'expires_at', keepDays: 0 }],
  without: 'sign-in and the choice of a profile; members who are signed in browse on',
}
