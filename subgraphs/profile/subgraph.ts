import { endedSessions } from '#platform/contracts/topics/profile.endedSessions.ts'
import { subscriptions } from '#platform/contracts/topics/profile.subscriptions.ts'
import type { SubgraphDefinition } from '#platform/process/subgraph-definition.ts'
import { createProfile } from './server.ts'
import { postgresSessions } from './session-store.postgres.ts'
import { postgresAccounts, postgresProfiles } from './store.postgres.ts'

export const subgraph: SubgraphDefinition = {
  name: 'profile',
  create: async ({ config, secrets, engines, clock, log }) => {
    const { prisma } = await engines.open('database')
    const { accessPrivateKey } = await secrets.pick('accessPrivateKey')
    return createProfile({
      accounts: postgresAccounts(prisma),
      profiles: postgresProfiles(prisma),
      sessions: postgresSessions(prisma),
      accessPrivateKey,
      accessTokenSeconds: config.accessTokenSeconds,
      clock,
      log,
    })
  },
  publishes: [subscriptions, endedSessions],
  sweeps: [{ table: 'session', expiry: 'expires_at', keepDays: 0 }],
  without: 'sign-in and the choice of a profile; members who are signed in browse on',
}
