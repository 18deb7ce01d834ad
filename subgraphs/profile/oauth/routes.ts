import type { IncomingMessage } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type Provider from 'oidc-provider'
import { CinegraphError } from '#platform/errors/errors.ts'
import type { Http } from '#platform/http/server.ts'
import type { SigningKeys } from './keys.ts'
import { type Mounted, mount } from './provider.ts'
import { screenPolicy, signInPage } from './screens.ts'

export type Checked = { readonly accountId: string } | { readonly message: string; readonly retryAfterSeconds: number | null }
export type OauthRoutes = {
  /** The provider at the address that a request was sent to, or at the one that settings name. */
  readonly mountedAt: (origin: string) => Mounted
  readonly keys: SigningKeys
  /** Counts a code that somebody enters without being signed in to us; gives how long to wait when it was too many. */
  readonly countCode: (request: FastifyRequest) => Promise<number>
  readonly checkPassword: (credentials: { readonly email: string; readonly password: string }, request: FastifyRequest) => Promise<Checked>
}

const bodyBytesMax = 16 * 1024
const originOf = ({ headers, protocol }: FastifyRequest): string => `${protocol}://${headers.host ?? ''}`

/** OAuth and OpenID Connect below `/oauth`: discovery, keys, tokens, and the screen where a member signs in for a client. */
export const serveOauth = (app: Http, { mountedAt, keys, countCode, checkPassword }: OauthRoutes): void => {
  void app.register(async (oauth) => {
    // NOTE: oidc-provider reads bodies itself.
    oauth.removeAllContentTypeParsers()
    oauth.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
    // NOTE: keys of before are published too, which the provider, that signs with all it has, may not have.
    oauth.get(`${mount}/jwks`, async (_request, reply) =>
      reply.header('cache-control', 'public, max-age=300').send({ keys: keys.published }),
    )
    oauth.get(`${mount}/interaction/:uid`, async (request, reply) => showSignIn(mountedAt(originOf(request)).provider, request, reply))
    oauth.post(`${mount}/interaction/:uid`, async (request, reply) => {
      const { provider } = mountedAt(originOf(request))
      const form = new URLSearchParams(await textOf(request.body as IncomingMessage))
      const checked = await checkPassword({ email: form.get('email') ?? '', password: form.get('password') ?? '' }, request)
      if (!('accountId' in checked)) return showSignIn(provider, request, reply, checked)
      reply.hijack()
      await provider.interactionFinished(request.raw, reply.raw, { login: { accountId: checked.accountId }, consent: {} })
    })
    oauth.route<{ Params: { '*': string } }>({
      method: ['GET', 'POST', 'OPTIONS'],
      url: `${mount}/*`,
      handler: async (request, reply) => {
        const { raw } = request
        const isCode = request.method === 'POST' && request.params['*'] === 'device'
        const retryAfterSeconds = isCode ? await countCode(request) : 0
        if (retryAfterSeconds > 0) throw new CinegraphError('TOO_MANY_TRIES', { retryAfterSeconds })
        reply.hijack()
        // NOTE: how Koa learns what it is mounted below.
        Object.assign(raw, { originalUrl: raw.url, url: (raw.url ?? '').slice(mount.length) })
        await mountedAt(originOf(request)).handle(raw, reply.raw)
      },
    })
  })
}

const showSignIn = async (
  provider: Provider,
  request: FastifyRequest,
  reply: FastifyReply,
  refused?: Exclude<Checked, { accountId: string }>,
) => {
  const { params } = await provider.interactionDetails(request.raw, reply.raw)
  const html = signInPage({ client: String(params.client_id), action: request.url, said: refused?.message ?? '' })
  if (refused?.retryAfterSeconds != null) reply.code(429).header('retry-after', refused.retryAfterSeconds)
  return sendScreen(reply, html)
}

const sendScreen = (reply: FastifyReply, html: string): FastifyReply =>
  reply.type('text/html; charset=utf-8').header('content-security-policy', screenPolicy).header('cache-control', 'no-store').send(html)

const textOf = async (body: IncomingMessage): Promise<string> => {
  let text = ''
  for await (const chunk of body) {
    text += String(chunk)
    if (text.length > bodyBytesMax) break
  }
  return text
}
