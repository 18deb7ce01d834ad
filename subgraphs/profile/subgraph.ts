import { endedSessions } from '#platform/contracts/topics/profile.endedSessions.ts'
import { removedProfiles } from '#platform/contracts/topics/profile.removed.ts'
import { subscriptions } from '#platform/contracts/topics/profile.subscriptions.ts'
import { sharedTries } from '#platform/postgres/tries.ts'
import type { SubgraphDefinition } from '#platform/process/subgraph-definition.ts'
import { readClients } from './oauth/clients.ts'
import { postgresRemovals } from './removal.postgres.ts'
import { removeRegularly } from './removal.ts'
import { createProfile } from './server.ts'
import { postgresSessions } from './session-store.postgres.ts'
import { postgresAccounts, postgresProfiles } from './store.postgres.ts'

export const subgraph: SubgraphDefinition = {
  name: 'profile',
  create: async ({ config, secrets, engines, clock, log }) => {
    const { prisma, pool } = await engines.open('database')
    const { accessPrivateKey, accessPublicKey } = await secrets.pick('accessPrivateKey', 'accessPublicKey')
    await using stack = new AsyncDisposableStack()
    const removals = postgresRemovals(prisma)
    const served = await createProfile({
      accounts: postgresAccounts(prisma),
      profiles: postgresProfiles(prisma),
      sessions: postgresSessions(prisma),
      removals,
      createTries: sharedTries({ pool, schema: 'profile', table: 'try_count' }),
      graceDays: config.deletionGraceDays,
      accessPrivateKey,
      accessTokenSeconds: config.accessTokenSeconds,
      oauth: { prisma, accessPublicKey, issuerUrl: config.issuerUrl, clients: readClients(config.oauthClients) },
      clock,
      log,
    })
    stack.use(served)
    stack.use(removeRegularly({ removals, tokenSeconds: config.accessTokenSeconds, clock, log }))
    const owned = stack.move()
    return { ...served, [Symbol.asyncDispose]: () => owned.disposeAsync() }
  },
  publishes: [subscriptions, endedSessions, removedProfiles],
  sweeps: [
    { table: 'session', expiry: 'expires_at', keepDays: 0 },
    { table: 'oauth_record', expiry: 'expires_at', keepDays: 0 },
  ],
  without: 'sign-in and the choice of a profile; members who are signed in browse on',
}
