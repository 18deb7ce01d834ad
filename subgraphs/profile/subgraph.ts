import { renewals } from '#platform/contracts/jobs/profile.renewals.ts'
import { endedSessions } from '#platform/contracts/topics/profile.endedSessions.ts'
import { mails } from '#platform/contracts/topics/profile.mails.ts'
import { payments } from '#platform/contracts/topics/profile.payments.ts'
import { removedProfiles } from '#platform/contracts/topics/profile.removed.ts'
import { subscriptions } from '#platform/contracts/topics/profile.subscriptions.ts'
import { sharedTries } from '#platform/postgres/tries.ts'
import type { SubgraphDefinition } from '#platform/process/subgraph-definition.ts'
import { createBilling } from './billing/billing.ts'
import { createSimulatedProcessor } from './billing/processor.simulated.ts'
import { renewRegularly } from './billing/renewals.ts'
import { postgresCredentials } from './credentials.postgres.ts'
import { readClients } from './oauth/clients.ts'
import { postgresRemovals } from './removal.postgres.ts'
import { removeRegularly } from './removal.ts'
import { createProfile } from './server.ts'
import { postgresSessions } from './session-store.postgres.ts'
import { postgresAccounts, postgresProfiles } from './store.postgres.ts'

/** A payment that was declined is tried again after 1, 3, 5 and 7 days, each counted from the try before. */
const dunningDays = [1, 3, 5, 7]

export const subgraph: SubgraphDefinition = {
  name: 'profile',
  create: async ({ config, secrets, engines, clock, log }) => {
    const { prisma, pool } = await engines.open('database')
    const { accessPrivateKey, accessPublicKey, serviceKey } = await secrets.pick('accessPrivateKey', 'accessPublicKey', 'serviceKey')
    await using stack = new AsyncDisposableStack()
    const removals = postgresRemovals(prisma)
    const processor = createSimulatedProcessor(prisma, `payments ${serviceKey}`)
    const billing = createBilling({ prisma, processor, dunningDays, clock, log })
    stack.use(await renewRegularly({ prisma, jobs: await engines.open('jobs'), billing, clock, log }))
    const served = await createProfile({
      accounts: postgresAccounts(prisma),
      profiles: postgresProfiles(prisma),
      sessions: postgresSessions(prisma),
      credentials: postgresCredentials(prisma),
      billing,
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
  publishes: [subscriptions, payments, mails, endedSessions, removedProfiles, renewals],
  sweeps: [
    { table: 'session', expiry: 'expires_at', keepDays: 0 },
    { table: 'oauth_record', expiry: 'expires_at', keepDays: 0 },
    { table: 'sign_up', expiry: 'expires_at', keepDays: 0 },
    { table: 'password_reset', expiry: 'expires_at', keepDays: 0 },
  ],
  without: 'sign-in and the choice of a profile; members who are signed in browse on',
}
