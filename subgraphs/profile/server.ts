import { readFileSync } from 'node:fs'
import { createSubgraph, type Subgraph } from '#platform/graphql/subgraph.ts'
import { createIssuer } from '#platform/identity/access-token.ts'
import type { Log } from '#platform/observe/log.ts'
import type { CreateTries } from '#platform/postgres/tries.ts'
import type { Billing } from './billing/billing.ts'
import type { CredentialStore } from './credentials.ts'
import { createLoaders } from './loaders.ts'
import { type OauthDeps, openOauth } from './oauth/open.ts'
import { resolvers } from './resolvers.ts'
import { createSessions } from './sessions.ts'
import type { AccountStore, ProfileStore, Removals, SessionStore } from './store.ts'
import { createTryLimits } from './try-limits.ts'

const typeDefs = readFileSync(new URL('./schema.graphql', import.meta.url), 'utf8')

export type ProfileDeps = {
  readonly accounts: AccountStore
  readonly profiles: ProfileStore
  readonly sessions: SessionStore
  readonly credentials: CredentialStore
  readonly removals: Removals
  readonly createTries: CreateTries
  readonly graceDays: number
  readonly billing: Billing
  readonly accessPrivateKey: string
  readonly accessTokenSeconds: number
  readonly oauth: Pick<OauthDeps, 'prisma' | 'clients' | 'accessPublicKey' | 'issuerUrl'>
  readonly clock: () => Date
  readonly log: Log
}

/** Accounts, sign-in, profiles, plans and subscriptions. */
export const createProfile = async ({
  accounts,
  profiles,
  sessions: store,
  credentials,
  removals,
  createTries,
  graceDays,
  billing,
  accessPrivateKey,
  accessTokenSeconds,
  oauth,
  clock,
  log,
}: ProfileDeps): Promise<Subgraph> => {
  const tokens = createIssuer(accessPrivateKey, accessTokenSeconds)
  const sessions = createSessions({ store, tokens, ttlSeconds: accessTokenSeconds, clock })
  const deps = { accounts, profiles, sessions, credentials, billing, limits: createTryLimits(createTries), removals, graceDays, clock }
  const opened = openOauth({ ...oauth, deps, sessions: store, accessPrivateKey, accessTokenSeconds, log })
  const subgraph = await createSubgraph({
    name: 'profile',
    typeDefs,
    resolvers: resolvers(deps, opened.provider),
    loaders: () => createLoaders(accounts, profiles),
    log,
  })
  return { ...subgraph, serve: opened.serve }
}
