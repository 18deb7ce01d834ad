import { readFileSync } from 'node:fs'
import { createSubgraph, type Subgraph } from '#platform/graphql/subgraph.ts'
import { createIssuer } from '#platform/identity/access-token.ts'
import type { Log } from '#platform/observe/log.ts'
import type { Database } from '#platform/postgres/database.ts'
import { createLoaders } from './loaders.ts'
import { resolvers } from './resolvers.ts'
import { createSessions } from './sessions.ts'
import { postgresAccounts, postgresProfiles, postgresSessions } from './store.postgres.ts'

const typeDefs = readFileSync(new URL('./schema.graphql', import.meta.url), 'utf8')

export type ProfileDeps = {
  readonly database: Database
  readonly accessPrivateKey: string
  readonly accessTokenSeconds: number
  readonly clock: () => Date
  readonly log: Log
}

/** Accounts, sign-in, profiles, plans and subscriptions. */
export const createProfile = ({
  database: { prisma },
  accessPrivateKey,
  accessTokenSeconds,
  clock,
  log,
}: ProfileDeps): Promise<Subgraph> => {
  const accounts = postgresAccounts(prisma)
  const profiles = postgresProfiles(prisma)
  const tokens = createIssuer(accessPrivateKey, accessTokenSeconds)
  const sessions = createSessions({ store: postgresSessions(prisma), tokens, ttlSeconds: accessTokenSeconds, clock })
  return createSubgraph({
    name: 'profile',
    typeDefs,
    resolvers: resolvers({ accounts, profiles, sessions, clock }),
    loaders: () => createLoaders(accounts, profiles),
    log,
  })
}
