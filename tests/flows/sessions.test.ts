import assert from 'node:assert/strict'
import { createHash, createPrivateKey } from 'node:crypto'
import { after, before, test } from 'node:test'
import { SignJWT } from 'jose'
import { openEngines } from '#platform/engines/engines.ts'
import { createVerifier } from '#platform/identity/access-token.ts'
import { committedMigrationNames, migrateDatabase } from '#platform/postgres/migrate.ts'
import { watchSessions } from '#platform/process/watch-sessions.ts'
import { readConfig } from '#platform/settings/config.ts'
import type {
  ChangePasswordMutation,
  EndSessionMutation,
  EndSessionsMutation,
  RefreshSessionMutation,
  SessionsQuery,
} from '../../bffs/web/documents.generated.ts'
import { bootPlatform, log, type Platform } from '../boot.ts'
import { Device, type DeviceKind, until } from '../member.ts'

let platform: Platform
before(async () => {
  platform = await bootPlatform({ remote: ['history'] })
})
after(() => platform?.[Symbol.asyncDispose]())

const kinds = ['tv', 'mobile', 'web'] as const satisfies readonly DeviceKind[]
const signedIn = async (kind: DeviceKind, email?: string): Promise<{ readonly device: Device; readonly refreshToken: string }> => {
  const device = new Device(platform.links, kind)
  return { device, refreshToken: (await device.signIn(email)).refreshToken }
}
const isRefused = async (device: Device): Promise<boolean> =>
  (await device.ask('account')).errors.some(({ extensions }) => extensions?.code === 'UNAUTHENTICATED')
const sessionsOf = async (device: Device) => (await device.ask<SessionsQuery>('sessions')).data.sessions

/** Whether everything that takes access tokens refuses this one: each BFF, heartbeats, the supergraph. */
const isRefusedEverywhere = async (token: string): Promise<boolean> => {
  for (const kind of kinds) {
    const device = new Device(platform.links, kind)
    device.token = token
    if (!(await isRefused(device)) || (await device.heartbeat({ titleId: 't-0001', positionMs: 1 })) !== 401) return false
  }
  const response = await fetch(`${platform.links.supergraph}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: '{ me { email } watching { id } }' }),
  })
  return JSON.stringify(await response.json()) === '{"data":{"me":null,"watching":null}}'
}

for (const kind of kinds) {
  test(`${kind}: what has signed out is refused everywhere within seconds, and other sessions go on`, async () => {
    const [{ device, refreshToken }, other] = [await signedIn(kind), await signedIn('web')]
    assert.equal(await isRefused(device), false)
    await device.ask('signOut', { refreshToken })
    await until('its access token is refused', 5_000, () => isRefusedEverywhere(device.token))
    assert.equal(await isRefused(other.device), false)
  })

  test(`${kind}: a member sees where the account is signed in and ends one of it`, async () => {
    const [mine, other] = [await signedIn(kind, 'noor@cinegraph.example'), await signedIn('tv', 'noor@cinegraph.example')]
    const found = await sessionsOf(mine.device)
    assert.equal(found.find(({ current }) => current)?.deviceId, mine.device.id)
    assert.equal(found.find(({ current }) => current)?.device, kind.toUpperCase())
    const id = found.find(({ deviceId }) => deviceId === other.device.id)?.id
    const { data } = await mine.device.ask<EndSessionMutation>('endSession', { id })
    assert.deepEqual(data.endSession, { __typename: 'EndedSessions', count: 1 })
    await until('the other is refused', 5_000, () => isRefusedEverywhere(other.device.token))
    assert.equal(await isRefused(mine.device), false)
    assert.ok(!(await sessionsOf(mine.device)).some((session) => session.id === id))
  })
}

test('signing out everywhere ends every session but the one that asks, and then that too', async () => {
  const [mine, ...others] = await Promise.all(['web', 'tv', 'mobile'].map((kind) => signedIn(kind as DeviceKind)))
  assert.ok(mine)
  await mine.device.ask<EndSessionsMutation>('endSessions', { keepThis: true })
  for (const { device } of others) await until('another is refused', 5_000, () => isRefusedEverywhere(device.token))
  assert.deepEqual(
    (await sessionsOf(mine.device)).map(({ current }) => current),
    [true],
  )
  await mine.device.ask<EndSessionsMutation>('endSessions', { keepThis: false })
  await until('the last is refused', 5_000, () => isRefusedEverywhere(mine.device.token))
})

test('a new password ends the other sessions within seconds', async () => {
  const [mine, other] = [await signedIn('web', 'new@cinegraph.example'), await signedIn('tv', 'new@cinegraph.example')]
  const passwords = { password: 'popcorn-demo', newPassword: 'a longer password' }
  const { data } = await mine.device.ask<ChangePasswordMutation>('changePassword', passwords)
  assert.equal(data.changePassword?.__typename, 'EndedSessions')
  await until('the other is refused', 5_000, () => isRefusedEverywhere(other.device.token))
  assert.equal(await isRefused(mine.device), false)
})

test('a refresh token that two hold ends the access tokens of both', async () => {
  const { device, refreshToken } = await signedIn('tv')
  const { data } = await device.ask<RefreshSessionMutation>('refreshSession', { refreshToken })
  assert.ok('accessToken' in data.refreshSession)
  await platform.database.pool.query(`update profile.session set renewed_at = renewed_at - interval '11 s'`)
  await device.ask<RefreshSessionMutation>('refreshSession', { refreshToken })
  for (const token of [device.token, data.refreshSession.accessToken]) await until('refused', 5_000, () => isRefusedEverywhere(token))
})

const ownConfig = () => readConfig([], { DATABASE_URL: platform.databaseUrl })

test('a process that starts later, or is another, refuses what was ended before and what is ended then', async () => {
  const before = await signedIn('tv')
  await before.device.ask('signOut', { refreshToken: before.refreshToken })
  const later = await signedIn('tv')
  await until('it is published', 5_000, () => isRefusedEverywhere(before.device.token))
  await using stack = new AsyncDisposableStack()
  const engines = stack.use(openEngines(ownConfig(), log))
  const ends = await watchSessions({ config: ownConfig(), engines, log }, stack)
  const verify = createVerifier(platform.secrets.accessPublicKey, ends)
  await until('the one from before is refused', 5_000, async () => (await verify(before.device.token)) === null)
  assert.equal((await verify(later.device.token))?.accountId, 'a-demo')
  await later.device.ask('signOut', { refreshToken: later.refreshToken })
  await until('the later one is refused', 5_000, async () => (await verify(later.device.token)) === null)
})

test('a session and an access token of the version before go on after the upgrade', async () => {
  const url = new URL(platform.databaseUrl)
  url.pathname = `${url.pathname}_before`
  const names = await committedMigrationNames()
  await migrateDatabase(url.href, names[names.findIndex((name) => name.endsWith('_sessions')) - 1])
  await using stack = new AsyncDisposableStack()
  const engines = stack.use(openEngines(readConfig([], { DATABASE_URL: url.href }), log))
  const { pool } = await engines.open('database')
  const refreshToken = 'kept_by_a_device_since_the_version_before_0'
  const hash = createHash('sha256').update(refreshToken).digest('hex')
  await pool.query(`insert into profile.account (id, email, password_hash) values ('a-old', 'old@example.org', 'x')`)
  await pool.query(
    `insert into profile.session (id, account_id, profile_id, refresh_hash, expires_at) values ('s', 'a-old', 'p', $1, now() + interval '1 day')`,
    [hash],
  )
  await migrateDatabase(url.href)
  const { rows } = await pool.query<{ family_hash: string }>('select family_hash from profile.session')
  assert.deepEqual(rows, [{ family_hash: hash }])
  await platform.database.prisma.session.create({
    data: {
      id: 's-old',
      accountId: 'a-demo',
      profileId: 'p-ada',
      familyHash: hash,
      refreshHash: hash,
      expiresAt: new Date(Date.now() + 60_000),
    },
  })
  const device = new Device(platform.links, 'tv')
  const { data } = await device.ask<RefreshSessionMutation>('refreshSession', { refreshToken })
  assert.ok('accessToken' in data.refreshSession && data.refreshSession.profile.name === 'Ada')
  const next = await device.ask<RefreshSessionMutation>('refreshSession', { refreshToken: data.refreshSession.refreshToken })
  assert.ok('accessToken' in next.data.refreshSession)
  device.token = await new SignJWT({ pid: 'p-ada', op: false, mat: 18, lang: 'en' })
    .setProtectedHeader({ alg: 'EdDSA' })
    .setIssuer('cinegraph')
    .setSubject('a-demo')
    .setExpirationTime('10 minutes')
    .sign(createPrivateKey(platform.secrets.accessPrivateKey))
  assert.equal(await isRefused(device), false)
})
