import { createHmac } from 'node:crypto'
import Provider, { type ClientMetadata, type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider'
import { apiAudience as audience } from '#platform/identity/access-token.ts'
import type { Log } from '#platform/observe/log.ts'
import { type Grants, scopesOfAccount } from './grants.ts'
import type { SigningKeys } from './keys.ts'
import { createRecords, type RecordsDeps } from './records.ts'
import { codePage, confirmPage, errorPage, letInPage, screenPolicy } from './screens.ts'

const apiScopes = 'member support operator'
export const mount = '/oauth'
const daySeconds = 86_400

export type ProviderDeps = Pick<RecordsDeps, 'prisma' | 'clock'> & {
  readonly grants: Grants
  readonly keys: SigningKeys
  /** From which the keys of cookies are made. */
  readonly secret: string
  readonly clients: readonly ClientMetadata[]
  readonly accessTokenSeconds: number
  readonly log: Log
}

/** A provider, and what answers its requests. NOTE: Koa composes all of its middleware for each handler that it is asked for. */
export type Mounted = { readonly provider: Provider; readonly handle: ReturnType<Provider['callback']> }

/** OAuth 2.1 and OpenID Connect at an address of its own. */
export const createProvider = (issuer: string, deps: ProviderDeps): Mounted => {
  const provider = new Provider(issuer, configurationOf(deps))
  // NOTE: who stands in front says by which scheme it is asked; the issuer has it.
  provider.proxy = issuer.startsWith('https:')
  provider.on('server_error', (_ctx, error: Error) => deps.log.error({ err: error }, 'OAuth request failed'))
  provider.use((ctx, next) => toTheForm(provider, ctx, next))
  return { provider, handle: provider.callback() }
}

type Middleware = Parameters<Provider['use']>[0]

/** NOTE: the provider shows the form of device codes again to who has entered one elsewhere, but can keep no session for it then. */
const toTheForm = async (provider: Provider, ctx: Parameters<Middleware>[0], next: Parameters<Middleware>[1]): Promise<void> => {
  const asked = `${ctx.method} ${ctx.path}`
  // NOTE: what goes on with an authorization needs nothing but its name; the provider fails on parameters of a client that has no address.
  if (ctx.path.startsWith('/auth/')) ctx.querystring = ''
  if (!ctx.path.startsWith('/device') || asked === 'POST /device/auth' || asked === 'GET /device') return next()
  const session = await provider.Session.get(ctx)
  if (session.exp !== undefined) return next()
  ctx.status = 303
  ctx.redirect(`${mount}/device`)
}

const configurationOf = (deps: ProviderDeps): Configuration => ({
  adapter: createRecords({ ...deps, ...deps.grants }),
  clients: [...deps.clients],
  clientDefaults: { id_token_signed_response_alg: 'ES256', token_endpoint_auth_method: 'none' },
  enabledJWA: { idTokenSigningAlgValues: ['ES256', 'EdDSA'] },
  jwks: { keys: [...deps.keys.signing] as never },
  cookies: { keys: [createHmac('sha256', deps.secret).update('cinegraph cookies').digest('hex')] },
  pkce: { required: () => true },
  responseTypes: ['code'],
  scopes: ['openid', 'offline_access', 'email'],
  claims: { openid: ['sub'], email: ['email'] },
  rotateRefreshToken: true,
  issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
  clientBasedCORS: (_ctx, origin, client) => (client.redirectUris ?? []).some((uri) => URL.canParse(uri) && new URL(uri).origin === origin),
  findAccount: async (_ctx, id) => {
    const account = await deps.grants.account(id)
    return account && { accountId: id, claims: async () => ({ sub: id, email: account.email }) }
  },
  loadExistingGrant: (ctx) => grantFor(ctx, deps.grants),
  extraTokenClaims: (ctx, token) => claimsOf(ctx, token, deps.grants),
  formats: { customizers: { jwt: (_ctx, token, parts) => ourToken(token, parts) } },
  renderError: (ctx, out) => show(ctx, errorPage(out.error_description ?? out.error)),
  interactions: { url: (_ctx, { uid }) => `${mount}/interaction/${uid}` },
  features: featuresOf(deps),
  ttl: {
    AccessToken: deps.accessTokenSeconds,
    AuthorizationCode: 60,
    DeviceCode: 600,
    IdToken: 600,
    Interaction: 600,
    Grant: 30 * daySeconds,
    RefreshToken: 30 * daySeconds,
    Session: daySeconds,
  },
})

/** Sends a screen of ours in place of the provider's, which fetch fonts from elsewhere and may be framed. */
const show = (ctx: KoaContextWithOIDC, html: string): void => {
  ctx.type = 'html'
  ctx.set('content-security-policy', screenPolicy)
  ctx.set('cache-control', 'no-store')
  ctx.body = html
}

type DeviceFlow = NonNullable<NonNullable<Configuration['features']>['deviceFlow']>
const deviceScreens: DeviceFlow = {
  userCodeInputSource: async (ctx, form, _out, error) =>
    show(ctx, codePage(form, error === undefined ? '' : (saidOf[error.name] ?? wrongCode))),
  userCodeConfirmSource: async (ctx, form, client, _device, code) => show(ctx, confirmPage(form, { client: client.clientId, code })),
  successSource: async (ctx) => show(ctx, letInPage),
}
const saidOf: Readonly<Record<string, string>> = { NoCodeError: 'Enter the code.', AbortedError: 'The television was not let in.' }
const wrongCode = 'There is no such code any more. Look at the television again.'

const featuresOf = ({ accessTokenSeconds }: ProviderDeps): NonNullable<Configuration['features']> => ({
  devInteractions: { enabled: false },
  deviceFlow: { enabled: true, charset: 'base-20', mask: '****-****', ...deviceScreens },
  dPoP: { enabled: true },
  introspection: { enabled: true },
  pushedAuthorizationRequests: { enabled: true },
  revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
  rpInitiatedLogout: { enabled: false },
  resourceIndicators: {
    enabled: true,
    defaultResource: () => audience,
    useGrantedResource: () => true,
    getResourceServerInfo: (_ctx, resource) => {
      if (resource !== audience) throw new errors.InvalidTarget()
      return { scope: apiScopes, audience, accessTokenTTL: accessTokenSeconds, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'EdDSA' } } }
    },
  },
})

/** NOTE: our own clients are not asked about again; each authorization is a grant, and so a session, of its own. */
const grantFor = async ({ oidc }: KoaContextWithOIDC, grants: Grants) => {
  const { client, session, provider } = oidc
  const account = session?.accountId === undefined ? undefined : await grants.account(session.accountId)
  if (client === undefined || account === undefined) return undefined
  return newGrant(provider, { accountId: account.id, clientId: client.clientId, scopes: scopesOfAccount(account) })
}

type NewGrant = { readonly accountId: string; readonly clientId: string; readonly scopes: readonly string[] }

export const newGrant = async (provider: Provider, { accountId, clientId, scopes }: NewGrant) => {
  const grant = new provider.Grant({ accountId, clientId })
  grant.addOIDCScope('openid offline_access email')
  grant.addResourceScope(audience, scopes.join(' '))
  await grant.save()
  return grant
}

type Token = Parameters<NonNullable<Configuration['extraTokenClaims']>>[1]
const grantIdOf = (token: Token): string => ('grantId' in token ? (token.grantId ?? '') : '')

const claimsOf = async (ctx: KoaContextWithOIDC, token: Token, grants: Grants) => {
  const [accountId, clientId] = ['accountId' in token ? token.accountId : undefined, token.clientId ?? '']
  if (accountId === undefined) return undefined
  const isFirst = ctx.oidc.params?.grant_type !== 'refresh_token'
  const facts = await grants.factsOf({ id: grantIdOf(token), accountId, clientId, isFirst })
  if (facts === null) throw new errors.InvalidGrant('the session has ended')
  const asked = (token.scope ?? '').split(' ')
  return { ...facts, op: facts.op && asked.includes('operator') }
}

/** The token that every service of ours has always taken: RFC 9068, with an issuer that does not depend on where it is asked. */
const ourToken = (_token: unknown, parts: { payload?: Record<string, unknown> }) => {
  const { payload } = parts
  if (payload !== undefined) {
    payload.iss = 'cinegraph'
    const given = typeof payload.scope === 'string' ? payload.scope.split(' ') : []
    payload.scope = [...new Set(['member', ...given])].join(' ')
  }
  return parts as never
}
