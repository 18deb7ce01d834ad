import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync, randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { createLocalJWKSet, jwtVerify, SignJWT, UnsecuredJWT } from 'jose'
import * as client from 'openid-client'
import { createVerifier, keyId } from '#platform/identity/access-token.ts'
import { noneEnded } from '#platform/identity/ended-sessions.ts'
import type { AnswerSignInCodeMutation, SignInWithCodeMutation, StartSignInCodeMutation } from '../../bffs/web/documents.generated.ts'
import { signingKeys } from '../../subgraphs/profile/oauth/keys.ts'
import { bootPlatform, type Platform, temporaryFolder } from '../boot.ts'
import { Device, until } from '../member.ts'

const [email, password] = ['noor@cinegraph.example', 'popcorn-demo']
const redirectUri = 'http://127.0.0.1:49152/callback'
/** Of a client that is a site: its authorizations need no screen while the browser is known. */
const siteUri = 'https://site.example/callback'
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let platform: Platform
before(async () => {
  folder = await temporaryFolder()
  const oauthClients = join(folder.path, 'clients.json')
  await writeFile(oauthClients, JSON.stringify([{ client_id: 'site', redirect_uris: [siteUri], grant_types: ['authorization_code'] }]))
  platform = await bootPlatform({ config: { oauthClients } })
})
after(async () => {
  await platform?.[Symbol.asyncDispose]()
  await folder?.[Symbol.asyncDispose]()
})

const insecure = { execute: [client.allowInsecureRequests] }
const issuer = (): URL => new URL(`${platform.links.supergraph}/oauth`)
const discover = (clientId: string): Promise<client.Configuration> =>
  client.discovery(issuer(), clientId, { id_token_signed_response_alg: 'ES256' }, client.None(), insecure)

/** A browser: it keeps cookies and stops where it is led back to the client. */
const browse = () => {
  const cookies = new Map<string, string>()
  const ask = async (url: string | URL, init: RequestInit = {}): Promise<Response> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url, { ...init, redirect: 'manual', headers: { ...init.headers, cookie } })
    for (const each of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(each) ?? []
      if (value === '') cookies.delete(name)
      else cookies.set(name, value)
    }
    return response
  }
  const follow = async (url: string | URL, init: RequestInit = {}): Promise<{ readonly url: URL; readonly response?: Response }> => {
    const response = await ask(url, init)
    const location = response.headers.get('location')
    if (location === null) return { url: new URL(url), response }
    const next = new URL(location, url)
    return next.origin === issuer().origin ? follow(next) : { url: next }
  }
  return { follow }
}

const form = (fields: Readonly<Record<string, string>>) => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams(fields).toString(),
})

/** Authorizes in a browser and gives the address at which the client is called back. */
const authorize = async (config: client.Configuration, verifier: string, more: Readonly<Record<string, string>> = {}): Promise<URL> => {
  const asked = { redirect_uri: redirectUri, scope: 'openid offline_access email member', state: 'a-state', prompt: 'login' }
  const challenge = { code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' }
  const browser = browse()
  const screen = await browser.follow(client.buildAuthorizationUrl(config, { ...asked, ...challenge, ...more }))
  if (screen.response === undefined) return screen.url
  assert.match(await screen.response.text(), /<h1>Sign in<\/h1>/)
  const wrong = await browser.follow(screen.url, form({ email, password: 'not this one' }))
  assert.match((await wrong.response?.text()) ?? '', /address or the password is wrong/)
  return (await browser.follow(screen.url, form({ email, password }))).url
}

const signIn = async (config: client.Configuration) => {
  const verifier = client.randomPKCECodeVerifier()
  const called = await authorize(config, verifier)
  return client.authorizationCodeGrant(config, called, { pkceCodeVerifier: verifier, expectedState: 'a-state' })
}

const codeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: { readonly error?: string; readonly code?: string }) => error.error ?? error.code ?? 'unknown',
  )

const asks = async (token: string, query = 'account'): Promise<string | undefined> => {
  const device = new Device(platform.links, 'mobile')
  device.token = token
  const { data, errors } = await device.ask<{ account: { email: string } }>(query)
  return errors[0]?.extensions?.code ?? data.account.email
}

test('any OAuth client finds the issuer, signs a member in by code and PKCE, and every service takes the token', async () => {
  const config = await discover('cinegraph-mobile')
  const metadata = config.serverMetadata()
  assert.equal(metadata.issuer, issuer().href)
  assert.deepEqual(metadata.code_challenge_methods_supported, ['S256'])
  assert.deepEqual(metadata.response_types_supported, ['code'])
  assert.ok(!metadata.grant_types_supported?.includes('implicit'))
  const tokens = await signIn(config)
  assert.equal(tokens.claims()?.sub, 'a-noor')
  assert.equal(await asks(tokens.access_token), email)
  assert.equal(tokens.expires_in, 600)
  const info = await client.fetchUserInfo(config, tokens.access_token, client.skipSubjectCheck).catch((error: Error) => error)
  assert.ok(info)
  const renewed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '')
  assert.equal(await asks(renewed.access_token), email)
})

test('its sessions are listed with the others, and ended with them, wherever it was done', async () => {
  const config = await discover('cinegraph-mobile')
  const tokens = await signIn(config)
  const device = new Device(platform.links, 'web')
  await device.signIn(email, password)
  const { data } = await device.ask<{ sessions: readonly { id: string; deviceId: string }[] }>('sessions')
  const { sid } = JSON.parse(Buffer.from(tokens.access_token.split('.')[1] ?? '', 'base64url').toString()) as { sid: string }
  assert.equal(data.sessions.find(({ id }) => id === sid)?.deviceId, 'cinegraph-mobile')
  await device.ask('endSession', { id: sid })
  await until('its access token is refused', 10_000, async () => (await asks(tokens.access_token)) === 'UNAUTHENTICATED')
  assert.equal(await codeOf(client.refreshTokenGrant(config, tokens.refresh_token ?? '')), 'invalid_grant')
  const other = await signIn(config)
  await client.tokenRevocation(config, other.refresh_token ?? '')
  await until('what was revoked is refused', 10_000, async () => (await asks(other.access_token)) === 'UNAUTHENTICATED')
})

test('a password that changes, and signing out everywhere, end what a browser and a code would have let in', async () => {
  const config = await discover('site')
  const browser = browse()
  const verifier = client.randomPKCECodeVerifier()
  const challenge = { code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' }
  const asked = { redirect_uri: siteUri, scope: 'openid member', state: 'a-state', ...challenge }
  const authorizing = () => browser.follow(client.buildAuthorizationUrl(config, asked))
  const member = new Device(platform.links, 'web')
  const changes = [
    () => member.ask('endSessions', { keepThis: true }),
    () => member.ask('changePassword', { password, newPassword: password }),
  ]
  await member.signIn(email, password)
  for (const change of changes) {
    const screen = await authorizing()
    await browser.follow(screen.url, form({ email, password }))
    const { url: called } = await authorizing()
    assert.ok(called.searchParams.has('code'), 'the browser is known')
    assert.deepEqual((await change()).errors, [])
    const checks = { pkceCodeVerifier: verifier, expectedState: 'a-state' }
    assert.equal(await codeOf(client.authorizationCodeGrant(config, called, checks)), 'invalid_grant')
    assert.match((await (await authorizing()).response?.text()) ?? '', /<h1>Sign in<\/h1>/)
  }
})

test('a wrong verifier, none at all and a code that is shown again get nothing; the replay ends the session', async () => {
  const config = await discover('cinegraph-mobile')
  const [verifier, other] = [client.randomPKCECodeVerifier(), client.randomPKCECodeVerifier()]
  const checks = { expectedState: 'a-state' }
  const stolen = await authorize(config, verifier)
  assert.equal(await codeOf(client.authorizationCodeGrant(config, stolen, { ...checks, pkceCodeVerifier: other })), 'invalid_grant')
  const unprotected = browse()
  const plain = { redirect_uri: redirectUri, scope: 'openid', state: 's' }
  const refused = await unprotected.follow(client.buildAuthorizationUrl(config, plain))
  assert.equal(refused.url.searchParams.get('error'), 'invalid_request')
  const called = await authorize(config, verifier)
  const tokens = await client.authorizationCodeGrant(config, called, { ...checks, pkceCodeVerifier: verifier })
  assert.equal(await codeOf(client.authorizationCodeGrant(config, called, { ...checks, pkceCodeVerifier: verifier })), 'invalid_grant')
  await until('the session is ended', 10_000, async () => (await asks(tokens.access_token)) === 'UNAUTHENTICATED')
})

test('a refresh token is used once: at the same time, or again later, which ends the session', async () => {
  const config = await discover('cinegraph-mobile')
  const { refresh_token: first = '' } = await signIn(config)
  const tabs = await Promise.all(Array.from({ length: 10 }, () => client.refreshTokenGrant(config, first)))
  for (const { access_token: token } of tabs) assert.equal(await asks(token), email)
  await platform.database.pool.query(`update profile.oauth_record set consumed_at = consumed_at - interval '11 s'`)
  assert.equal(await codeOf(client.refreshTokenGrant(config, first)), 'invalid_grant')
  for (const { access_token: token } of tabs) await until('all are refused', 10_000, async () => (await asks(token)) === 'UNAUTHENTICATED')
  for (const { refresh_token: next = '' } of tabs) assert.equal(await codeOf(client.refreshTokenGrant(config, next)), 'invalid_grant')
})

test('a television signs in by the device grant: pending, slow_down, then tokens, once', async () => {
  const config = await discover('cinegraph-tv')
  const started = await client.initiateDeviceAuthorization(config, { scope: 'openid offline_access member' })
  assert.match(started.user_code, /^[B-Z]{4}-[B-Z]{4}$/)
  const grant = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: started.device_code }
  const poll = () => client.genericGrantRequest(config, grant.grant_type, { device_code: started.device_code })
  assert.equal(await codeOf(poll()), 'authorization_pending')
  assert.equal(await codeOf(poll()), 'slow_down')
  const member = new Device(platform.links, 'web')
  await member.signIn(email, password)
  const enter = async (userCode: string) =>
    (await member.ask<AnswerSignInCodeMutation>('answerSignInCode', { userCode })).data.answerSignInCode
  assert.equal('code' in (await enter('BBBB-BBBB')), true)
  assert.deepEqual(await enter(` ${started.user_code.toLowerCase()} `), { count: 0 })
  const tokens = await poll()
  assert.equal(await asks(tokens.access_token), email)
  assert.equal(await codeOf(poll()), 'invalid_grant')
  const second = await client.initiateDeviceAuthorization(config, {})
  await member.ask('answerSignInCode', { userCode: second.user_code, allow: false })
  assert.equal(await codeOf(client.genericGrantRequest(config, grant.grant_type, { device_code: second.device_code })), 'access_denied')
  const third = await client.initiateDeviceAuthorization(config, {})
  await platform.database.pool.query(`update profile.oauth_record set expires_at = now() - interval '1 s' where kind = 'DeviceCode'`)
  assert.ok(
    ['expired_token', 'invalid_grant'].includes(
      await codeOf(client.genericGrantRequest(config, grant.grant_type, { device_code: third.device_code })),
    ),
  )
  assert.equal('code' in (await enter(third.user_code)), true)
})

test('a member lets a television in at the address that it shows, while it asks; screens load nothing and are not framed', async () => {
  const config = await discover('cinegraph-tv')
  const started = await client.initiateDeviceAuthorization(config, { scope: 'openid offline_access member' })
  const grant = 'urn:ietf:params:oauth:grant-type:device_code'
  const poll = () => client.genericGrantRequest(config, grant, { device_code: started.device_code })
  const browser = browse()
  const hidden = (html: string): Record<string, string> =>
    Object.fromEntries([...html.matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]))
  const screen = async (of: Promise<{ readonly url: URL; readonly response?: Response }>) => {
    const { url, response } = await of
    assert.ok(response)
    const html = await response.text()
    assert.doesNotMatch(html, /https?:\/\/(?!127\.0\.0\.1|localhost)/, 'nothing is loaded from elsewhere')
    return { url, html, policy: response.headers.get('content-security-policy') ?? '' }
  }
  const opened = await screen(browser.follow(started.verification_uri_complete ?? ''))
  const device = new URL('/oauth/device', issuer())
  const asked = await screen(browser.follow(device, form(hidden(opened.html))))
  assert.match(asked.html, new RegExp(`cinegraph-tv.*${started.user_code}`))
  const signing = await screen(browser.follow(device, form(hidden(asked.html))))
  assert.match(signing.html, /<h1>Sign in<\/h1>/)
  assert.equal(await codeOf(poll()), 'authorization_pending')
  const done = await screen(browser.follow(signing.url, form({ email, password })))
  assert.match(done.html, /<h1>Signed in<\/h1>/)
  for (const { policy } of [asked, signing, done]) assert.match(policy, /default-src 'none'.*frame-ancestors 'none'/)
  await platform.database.pool.query(`update profile.oauth_record set polled_at = null`)
  assert.equal(await asks((await poll()).access_token), email)
  const again = await screen(browser.follow(device))
  const wrong = await screen(browser.follow(device, form({ ...hidden(again.html), user_code: 'BBBB-BBBB' })))
  assert.match(wrong.html, /no such code any more/)
})

test('a form of the device grant that no screen has given leads to the form, and fails nothing', async () => {
  for (const fields of [{}, { xsrf: 'x' }, { user_code: 'BBBB-BBBB' }, { xsrf: 'x', user_code: 'BBBB-BBBB', confirm: 'yes' }]) {
    const { response } = await browse().follow(new URL('/oauth/device', issuer()), form(fields))
    assert.equal(response?.status, 200, JSON.stringify(fields))
    const html = (await response?.text()) ?? ''
    assert.match(html, /<form/)
    assert.doesNotMatch(html, /server_error|fonts\.google/)
  }
})

for (const kind of ['tv', 'mobile', 'web'] as const)
  test(`${kind}: a device without a keyboard shows a code and a picture, and signs in once a member has entered it`, async () => {
    const [device, member] = [new Device(platform.links, kind), new Device(platform.links, 'web')]
    await member.signIn(email, password)
    const { startSignInCode: code } = (await device.ask<StartSignInCodeMutation>('startSignInCode')).data
    assert.equal(code.verificationUriComplete, `${platform.links.web}/#/tv/${code.userCode}`)
    assert.match(code.qrSvg, /^<svg /)
    const redeem = async () =>
      (await device.ask<SignInWithCodeMutation>('signInWithCode', { deviceCode: code.deviceCode })).data.signInWithCode
    const refusal = async () => (await redeem()) as { code?: string }
    assert.equal((await refusal()).code, 'AUTHORIZATION_PENDING')
    assert.equal((await refusal()).code, 'SLOW_DOWN')
    await member.ask('answerSignInCode', { userCode: code.userCode })
    const session = await redeem()
    assert.ok('accessToken' in session)
    assert.equal(await asks(session.accessToken), email)
    assert.equal((await refusal()).code, 'CODE_EXPIRED')
    const renewed = await device.ask<{ refreshSession: { accessToken?: string } }>('refreshSession', { refreshToken: session.refreshToken })
    assert.ok(renewed.data.refreshSession.accessToken)
  })

test('JWTs of no algorithm, another issuer, another audience, another key or another time are refused by every service', async () => {
  const config = await discover('cinegraph-mobile')
  const tokens = await signIn(config)
  const claims = JSON.parse(Buffer.from(tokens.access_token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>
  const { signing } = signingKeys(platform.secrets.accessPrivateKey, platform.secrets.accessPublicKey)
  const own = { kty: 'OKP', ...signing[0] } as never
  const sign = (changed: Record<string, unknown>, key: never = own, header: object = {}) =>
    new SignJWT({ ...claims, ...changed }).setProtectedHeader({ alg: 'EdDSA', kid: String(signing[0]?.kid), ...header }).sign(key)
  const now = Math.floor(Date.now() / 1000)
  assert.equal(await asks(await sign({})), email)
  const forged = {
    none: new UnsecuredJWT(claims).encode(),
    issuer: await sign({ iss: 'https://elsewhere.example' }),
    audience: await sign({ aud: 'urn:elsewhere' }),
    key: await sign({}, generateKeyPairSync('ed25519').privateKey as never),
    'unknown key': await sign({}, own, { kid: 'unknown' }),
    expired: await sign({ exp: now - 1, iat: now - 600 }),
    'not yet': await sign({ nbf: now + 600 }),
    'ID token': tokens.id_token ?? '',
    'refresh token': tokens.refresh_token ?? '',
  }
  for (const [name, token] of Object.entries(forged)) assert.equal(await asks(token), 'UNAUTHENTICATED', name)
})

test('a key that is rotated signs nobody out: both are published while tokens of the one before live', async () => {
  const config = await discover('cinegraph-mobile')
  const tokens = await signIn(config)
  const jwks = await (await fetch(String(config.serverMetadata().jwks_uri))).json()
  assert.deepEqual(new Set(jwks.keys.map(({ alg }: { alg: string }) => alg)), new Set(['EdDSA', 'ES256']))
  assert.ok(jwks.keys.every((key: object) => !('d' in key)))
  await jwtVerify(tokens.access_token, createLocalJWKSet(jwks))
  await jwtVerify(tokens.id_token ?? '', createLocalJWKSet(jwks))
  const next = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const both = `${platform.secrets.accessPublicKey}\n${createPublicKey(next).export({ type: 'spki', format: 'pem' })}`
  const rotated = signingKeys(next, both)
  await jwtVerify(tokens.access_token, createLocalJWKSet({ keys: rotated.published as never }))
  assert.equal(rotated.signing[0]?.kid, keyId(createPublicKey(next)))
  assert.equal((await createVerifier(both, noneEnded)(tokens.access_token))?.accountId, 'a-noor')
  const later = createPublicKey(next).export({ type: 'spki', format: 'pem' }).toString()
  assert.equal(await createVerifier(later, noneEnded)(tokens.access_token), null)
})

test('whatever is sent to whichever of its addresses, with cookies or without, none answers with a fault of the server', async () => {
  const paths = ['device', 'device/x', 'auth', 'auth/x', 'token', 'request', 'me', 'token/introspection', 'token/revocation', 'device/auth']
  const cookie = fc.constantFrom('', '_session=made-up', '_session=made-up; _session.sig=made-up', '_interaction=x; _session.legacy=y')
  const names = ['user_code', 'xsrf', 'confirm', 'client_id', 'grant_type', 'code', 'token', 'redirect_uri', 'scope', 'request_uri']
  const fields = fc.dictionary(fc.constantFrom(...names), fc.constantFrom('', 'BBBBBBBB', 'site', 'cinegraph-tv', 'openid', 'a b', '%'), {
    maxKeys: 4,
  })
  const asked = fc.record({ path: fc.constantFrom(...paths), method: fc.constantFrom('GET', 'POST'), cookie, fields })
  let address = 0
  await fc.assert(
    fc.asyncProperty(asked, async ({ path, method, cookie: shown, fields: sent }) => {
      address += 1
      const url = new URL(`${issuer().href}/${path}`)
      if (method === 'GET') for (const [name, value] of Object.entries(sent)) url.searchParams.set(name, value)
      const init = method === 'GET' ? { method } : form(sent)
      const headers = { ...(method === 'GET' ? {} : form(sent).headers), cookie: shown, 'x-client': `198.51.100.${address % 250}` }
      const response = await fetch(url, { ...init, headers, redirect: 'manual' })
      const text = await response.text()
      assert.ok(response.status < 500, `${response.status} ${text.slice(0, 300)}`)
    }),
    { numRuns: 150, examples: [[{ path: 'auth/x', method: 'GET', cookie: '', fields: { client_id: 'cinegraph-tv' } }]] },
  )
  const shown = await browse().follow(`${issuer().href}/device`, form({ user_code: 'BBBBBBBB' }))
  assert.match((await shown.response?.text()) ?? '', /<form/, 'a code that is entered from elsewhere leads to the form')
})

test('codes are not guessed: who enters too many is told when to go on', async () => {
  const enter = () =>
    fetch(`${issuer().href}/device`, { ...form({ user_code: 'BBBBBBBB' }), headers: { ...form({}).headers, 'x-client': '203.0.113.77' } })
  const statuses: number[] = []
  for (let at = 0; at < 50; at += 1) statuses.push((await enter()).status)
  assert.ok(!statuses.includes(429))
  const refused = await enter()
  assert.equal(refused.status, 429)
  assert.ok(Number(refused.headers.get('retry-after')) > 0)
})

test('what is kept of codes and tokens opens nothing to who reads the database', async () => {
  const config = await discover('cinegraph-tv')
  const started = await client.initiateDeviceAuthorization(config, {})
  const { rows } = await platform.database.pool.query<{ text: string; id: string; kind: string }>(
    'select kind, id, t::text as text from profile.oauth_record as t',
  )
  assert.ok(rows.length > 0)
  for (const { text } of rows) assert.ok(!text.includes(started.device_code))
  const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'
  for (const { id } of rows.filter(({ kind }) => kind === 'DeviceCode'))
    assert.equal(await codeOf(client.genericGrantRequest(config, deviceGrant, { device_code: `#${id}` })), 'invalid_grant', randomUUID())
})
