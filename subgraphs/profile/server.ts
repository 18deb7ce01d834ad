import { readFileSync } from 'node:fs'
import { createSubgraph, type Subgraph } from '#platform/graphql/subgraph.ts'
import { createIssuer } from '#platform/identity/access-token.ts'
import type { Log } from '#platform/observe/log.ts'
import { createLoaders } from './loaders.ts'
import { resolvers } from './resolvers.ts'
import { createSessions } from './sessions.ts'
import type { AccountStore, ProfileStore, Removals, SessionStore } from './store.ts'
import { createTryLimits } from './try-limits.ts'

const typeDefs = readFileSync(new URL('./schema.graphql', import.meta.url), 'utf8')

export type ProfileDeps = {
  readonly accounts: AccountStore
  readonly profiles: ProfileStore
  readonly sessions: SessionStore
  readonly removals: Removals
  readonly graceDays: number
  readonly accessPrivateKey: string
  readonly accessTokenSeconds: number
  readonly clock: () => Date
  readonly log: Log
}

/** Accounts, sign-in, profiles, plans and subscriptions. */
export const createProfile = ({
  accounts,
  profiles,
  sessions: store,
  removals,
  graceDays,
  accessPrivateKey,
  accessTokenSeconds,
  clock,
  log,
}: ProfileDeps): Promise<Subgraph> => {
  const tokens = createIssuer(accessPrivateKey, accessTokenSeconds)
  const sessions = createSessions({ store, tokens, ttlSeconds: accessTokenSeconds, clock })
  return createSubgraph({
    name: 'profile',
    typeDefs,
    resolvers: resolvers({ accounts, profiles, sessions, limits: createTryLimits(), removals, graceDays, clock }),
    loaders: () => createLoaders(accounts, profiles),
    log,
  })
}
