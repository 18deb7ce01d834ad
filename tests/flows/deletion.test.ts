import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { objectKey } from '#platform/contracts/object-key.ts'
import { objectsBelow, readObject } from '#platform/files/read-object.ts'
import type { DeleteAccountMutation, DeleteProfileMutation } from '../../bffs/web/documents.generated.ts'
import { beginAccount } from '../accounts.ts'
import { bootPlatform, type Platform } from '../boot.ts'
import { Device, until } from '../member.ts'

const password = 'correct horse battery'
type Member = {
  readonly device: Device
  readonly email: string
  readonly accountId: string
  readonly profileIds: readonly [string, string]
}

/** A member with two profiles, both of which have watched, everywhere. */
/** Where something of a profile is once it has watched and marked. */
const places = [
  ...['archive', 'history.list_entry', 'history.resume_point', 'history.thumb', 'history.viewing'],
  ...['playback.session', 'profile.profile', 'recs.signal'],
]

const makeMember = async (platform: Platform, email: string): Promise<Member> => {
  const device = new Device(platform.links, 'tv')
  const session = await beginAccount(platform.database, device, { email, password })
  const { data: made } = await device.ask<{ createProfile: { id: string } }>('createProfile', { input: { name: 'Leo' } })
  const { accountId } = await platform.database.prisma.profile.findUniqueOrThrow({ where: { id: made.createProfile.id } })
  const profileIds = [session.profile.id, made.createProfile.id] as const
  const other = new Device(platform.links, 'web', { id: `web-${email}` })
  await other.signIn(email, password)
  const { data: switched } = await other.ask<{ switchProfile: { accessToken: string } }>('switchProfile', { profileId: profileIds[1] })
  other.token = switched.switchProfile.accessToken
  for (const each of [device, other]) {
    assert.equal(await each.heartbeat({ titleId: 't-0001', positionMs: 60_000, sessionId: `s-${email}` }), 202)
    for (const [name, thumb] of [['addToMyList'], ['setThumb', 'UP']] as const)
      assert.deepEqual((await each.ask(name, { titleId: 't-0001', ...(thumb ? { thumb } : {}) })).errors, [])
  }
  const { prisma } = platform.database
  for (const profileId of profileIds)
    await prisma.playbackSession.create({
      data: {
        id: `g-${profileId}`,
        profileId,
        titleId: 't-0001',
        deviceId: device.id,
        region: 'US',
        expiresAt: new Date(Date.now() + 60_000),
      },
    })
  for (const id of profileIds)
    await until(`${id} is known everywhere`, 30_000, async () => {
      const found = await placesOf(platform, id)
      return places.every((place) => found.includes(place)) && !found.includes('history.outbox')
    })
  return { device, email, accountId, profileIds }
}

type Columns = { readonly schema: string; readonly table: string }

/** Every table of every subgraph, and every object, in which a text stands. NOTE: the event log drops what it holds after a week. */
const placesOf = async ({ database: { pool }, objects }: Platform, text: string): Promise<readonly string[]> => {
  const { rows } = await pool.query<Columns>(
    `select table_schema as schema, table_name as "table" from information_schema.tables where table_type = 'BASE TABLE'
       and table_schema not in ('pg_catalog', 'information_schema', 'event_log', 'pgboss')`,
  )
  const tables = await Promise.all(
    rows.map(async ({ schema, table }) => {
      const found = await pool.query(`select 1 from "${schema}"."${table}" as t where t::text like $1 limit 1`, [`%${text}%`])
      return (found.rowCount ?? 0) > 0 ? [`${schema}.${table}`] : []
    }),
  )
  const files: string[] = []
  for await (const { key } of objectsBelow(objects, objectKey('archive'))) {
    const bytes = await readObject(objects, key)
    if ((key.endsWith('.gz') ? gunzipSync(bytes) : bytes).includes(text)) files.push('archive')
  }
  return [...new Set([...tables.flat(), ...files])].toSorted()
}

test('a profile that is deleted leaves nothing of itself anywhere, and nothing of others goes with it', { timeout: 240_000 }, async () => {
  await using platform = await bootPlatform({ workers: true, config: { accessTokenSeconds: 1_800 } })
  const [member, other] = [await makeMember(platform, 'gone@example.org'), await makeMember(platform, 'stays@example.org')]
  const [, removed] = member.profileIds
  const before = await placesOf(platform, removed)
  for (const place of places) assert.ok(before.includes(place), `${place} in ${before}`)
  const { data } = await member.device.ask<DeleteProfileMutation>('deleteProfile', { id: removed })
  assert.equal('count' in (data.deleteProfile ?? {}), true)
  // NOTE: what remains is the note that says to publish the removal again; it holds nothing but the id.
  await until('it is gone everywhere', 30_000, async () => (await placesOf(platform, removed)).join() === 'profile.removed_profile')
  for (const id of [...other.profileIds, member.profileIds[0]]) assert.deepEqual(await placesOf(platform, id), before, id)
})

test('an account that is deleted stays for its days of grace, can be taken back, and then leaves nothing', {
  timeout: 240_000,
}, async () => {
  await using platform = await bootPlatform({ workers: true, config: { deletionGraceDays: 3 } })
  const { device, accountId, email, profileIds } = await makeMember(platform, 'account@example.org')
  const ask = async (variables: object) => (await device.ask<DeleteAccountMutation>('deleteAccount', { ...variables })).data.deleteAccount
  assert.equal('code' in (await ask({ password: 'wrong password' })), true)
  const asked = await ask({ password })
  assert.ok('deleteAt' in asked)
  const days = (Date.parse(asked.deleteAt) - Date.now()) / 86_400_000
  assert.ok(days > 2.9 && days <= 3, String(days))
  assert.deepEqual((await device.ask('keepAccount')).data, { keepAccount: true })
  assert.deepEqual((await device.ask('keepAccount')).data, { keepAccount: false })
  await ask({ password })
  assert.deepEqual((await device.ask<{ account: { email: string } }>('account')).data.account.email, email)
  await platform.database.prisma.account.update({ where: { id: accountId }, data: { deleteAt: new Date() } })
  await until('it is gone everywhere', 60_000, async () => {
    const places = await Promise.all([accountId, email, ...profileIds].map((text) => placesOf(platform, text)))
    return places.flat().every((place) => place === 'profile.removed_profile')
  })
  await until('its devices are signed out', 10_000, async () =>
    (await device.ask('account')).errors.some(({ extensions }) => extensions?.code === 'UNAUTHENTICATED'),
  )
  await assert.rejects(new Device(platform.links, 'web').signIn(email, password))
})

test('a report that was on its way when a profile was deleted is forgotten too', { timeout: 240_000 }, async () => {
  await using platform = await bootPlatform({ workers: true })
  const { device, profileIds } = await makeMember(platform, 'late@example.org')
  const late = new Device(platform.links, 'tv')
  late.token = device.token
  await device.ask<DeleteProfileMutation>('deleteProfile', { id: profileIds[0] })
  await until('it is gone', 30_000, async () => (await placesOf(platform, profileIds[0])).join() === 'profile.removed_profile')
  await platform.database.prisma.resumePoint.create({
    data: { profileId: profileIds[0], titleId: 't-0002', positionMs: 1, durationMs: 2, at: new Date(), deviceId: 'd' },
  })
  await platform.database.pool.query(`update profile.removed_profile set removed_at = removed_at - interval '1 day'`)
  await until('that too', 30_000, async () => (await placesOf(platform, profileIds[0])).length === 0)
})

test('a member gets all that is known of the profile as JSON, and nothing of another', { timeout: 240_000 }, async () => {
  await using platform = await bootPlatform({ workers: true })
  const { device, email, accountId, profileIds } = await makeMember(platform, 'export@example.org')
  assert.deepEqual((await device.ask('subscribe', { planId: 'basic' })).errors, [])
  const { data } = await device.ask<{ dataExport: string }>('dataExport')
  const exported = JSON.parse(data.dataExport)
  assert.equal(exported.account.id, accountId)
  assert.equal(exported.account.email, email)
  assert.equal(exported.profile.id, profileIds[0])
  assert.equal(exported.account.sessions.length, 2)
  assert.equal(exported.account.invoices.length, 1)
  for (const list of ['recentPlaybacks', 'continueWatching', 'viewings'])
    assert.deepEqual(
      exported[list].map(({ title }: { title: { id: string } }) => title.id),
      ['t-0001'],
      list,
    )
  assert.doesNotMatch(data.dataExport, /hash|argon2|refreshToken/i)
})
