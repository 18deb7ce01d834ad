import { LRUCache } from 'lru-cache'
import type Provider from 'oidc-provider'
import type { Http } from '#platform/http/server.ts'
import type { ReadCaller } from '#platform/identity/caller.ts'
import { checkCredentials } from '../accounts.ts'
import type { AccountDeps } from '../deps.ts'
import { isRefused } from '../refusal.ts'
import type { SessionStore } from '../store.ts'
import { createGrants } from './grants.ts'
import { signingKeys } from './keys.ts'
import { createProvider, type Mounted, mount, type ProviderDeps } from './provider.ts'
import { serveOauth } from './routes.ts'

export type OauthDeps = Pick<ProviderDeps, 'prisma' | 'clients' | 'accessTokenSeconds' | 'log'> & {
  readonly deps: AccountDeps
  readonly sessions: SessionStore
  readonly accessPrivateKey: string
  readonly accessPublicKey: string
  /** Address under which clients know the issuer; empty for the one that they ask. */
  readonly issuerUrl: string
}
export type Oauth = {
  /** Where codes and grants are kept, whatever the address. */
  readonly provider: () => Provider
  readonly serve: (app: Http, readCaller: ReadCaller) => void
}

const originsMax = 8

/** OAuth on the accounts of this subgraph. */
export const openOauth = ({ deps, sessions, accessPrivateKey, accessPublicKey, issuerUrl, ...rest }: OauthDeps): Oauth => {
  const { accounts, profiles, clock } = deps
  const keys = signingKeys(accessPrivateKey, accessPublicKey)
  const grants = createGrants({ accounts, profiles, sessions, endSession: deps.sessions.end, clock })
  const known = new LRUCache<string, Mounted>({ max: originsMax })
  const mountedAt = (origin: string): Mounted => {
    const issuer = `${issuerUrl || origin}${mount}`
    const found = known.get(issuer) ?? createProvider(issuer, { ...rest, clock, grants, keys, secret: accessPrivateKey })
    // NOTE: a server answers to names that it is known by, and to single words; the names that are used stay.
    known.set(issuer, found)
    return found
  }
  return {
    provider: () => mountedAt('http://localhost').provider,
    serve: (app, readCaller) =>
      serveOauth(app, {
        mountedAt,
        keys,
        countCode: async (request) => {
          const { address = '' } = await readCaller(request.headers, request.ip)
          return (await deps.limits.begin('deviceCode', { account: '', address })).waitSeconds
        },
        checkPassword: async (credentials, request) => {
          const { address = '' } = await readCaller(request.headers, request.ip)
          const checked = await checkCredentials(credentials, address, deps)
          return isRefused(checked) ? checked : { accountId: checked.account.id }
        },
      }),
  }
}
