import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type {
  AccountQuery,
  CreateProfileMutation,
  DeleteProfileMutation,
  SessionsQuery,
  SetPinMutation,
  SwitchProfileMutation,
  UpdateProfileMutation,
} from '../../bffs/web/documents.generated.ts'
import { beginAccount } from '../accounts.ts'
import { bootPlatform, type Platform } from '../boot.ts'
import { Device, type DeviceKind, until } from '../member.ts'

const password = 'correct horse battery'
let platform: Platform
before(async () => {
  platform = await bootPlatform()
})
after(() => platform?.[Symbol.asyncDispose]())

type Asked = Readonly<Record<string, unknown>>
const ask = async <D>(
  device: Device,
  name: keyof D & string,
  variables: Asked = {},
): Promise<{ code?: string; id?: string; count?: number }> => {
  const { data, errors } = await device.ask<D>(name, variables)
  assert.deepEqual(errors, [], name)
  return data[name] as { code?: string; id?: string; count?: number }
}
const switchTo = async (device: Device, profileId: string, pin?: string): Promise<string> => {
  const { data } = await device.ask<SwitchProfileMutation>('switchProfile', { profileId, pin })
  if ('accessToken' in data.switchProfile) device.token = data.switchProfile.accessToken
  return 'code' in data.switchProfile ? data.switchProfile.code : data.switchProfile.profile.name
}
const create = (device: Device, input: object, pin?: string) => ask<CreateProfileMutation>(device, 'createProfile', { input, pin })
const update = (device: Device, id: string, input: object, pin?: string) =>
  ask<UpdateProfileMutation>(device, 'updateProfile', { id, input, pin })
const setPin = (device: Device, variables: Asked) => ask<SetPinMutation>(device, 'setPin', { password, ...variables })
const profilesOf = async (device: Device) => (await device.ask<AccountQuery>('account')).data.account.profiles

type Family = { readonly device: Device; readonly adult: string; readonly kids: string; readonly email: string }
let families = 0
/** An account with an adult profile, through which its device sees it, and one for children. */
const family = async (kind: DeviceKind = 'web'): Promise<Family> => {
  families += 1
  const email = `family${families}@example.org`
  const device = new Device(platform.links, kind)
  const session = await beginAccount(platform.database, device, { email, password })
  const { id = '' } = await create(device, { name: 'Tom', kids: true })
  return { device, adult: session.profile.id, kids: id, email }
}

for (const kind of ['tv', 'mobile', 'web'] as const) {
  test(`${kind}: whoever leaves a profile for children is asked for the PIN`, async () => {
    const { device, adult, kids } = await family(kind)
    assert.deepEqual(await setPin(device, { pin: '2468' }), { __typename: 'EndedSessions', count: 0 })
    assert.equal(await switchTo(device, kids), 'Tom')
    assert.equal(await switchTo(device, adult), 'PIN_NEEDED')
    for (const pin of ['1111', '', password]) assert.equal(await switchTo(device, adult, pin), 'WRONG_PIN', pin)
    assert.equal(await switchTo(device, kids), 'Tom', 'the profile itself asks for nothing')
    assert.equal(await switchTo(device, adult, '2468'), 'Mia')
  })
}

test('a profile for children is told nothing personal of the account, on any device or asked in any shape', async () => {
  for (const kind of ['tv', 'mobile', 'web'] as const) {
    const { device, kids, email } = await family(kind)
    assert.equal((await device.ask<AccountQuery>('account')).data.account.email, email)
    assert.equal(await switchTo(device, kids), 'Tom')
    const account = await device.ask<AccountQuery | null>('account')
    assert.deepEqual(
      account.errors.map(({ extensions }) => extensions?.code),
      ['FORBIDDEN'],
      kind,
    )
    assert.deepEqual((await device.ask<SessionsQuery>('sessions')).data.sessions, [])
    for (const asked of ['me { email }', 'me { sessions { deviceId } }', 'watching { account { email sessions { deviceId } } }']) {
      const response = await fetch(`${platform.links.supergraph}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${device.token}` },
        body: JSON.stringify({ query: `{ ${asked} }` }),
      })
      const text = await response.text()
      assert.equal(text.includes('FORBIDDEN'), asked.includes('email'), `${asked}: ${text}`)
      assert.ok(!text.includes(email) && !text.includes(device.id), `${asked}: ${text}`)
    }
  }
})

test('an account without a PIN asks for its password instead', async () => {
  const { device, adult, kids } = await family()
  await switchTo(device, kids)
  assert.equal(await switchTo(device, adult), 'PIN_NEEDED')
  assert.equal(await switchTo(device, adult, '0000'), 'WRONG_PIN')
  assert.equal(await switchTo(device, adult, password), 'Mia')
})

test('a profile for children changes nothing of the account, whatever it asks for', async () => {
  const { device, adult, kids } = await family()
  await setPin(device, { pin: '2468' })
  await switchTo(device, kids)
  const before = await platform.database.prisma.account.findMany({ include: { profiles: true, sessions: true, subscription: true } })
  const refused: Readonly<Record<string, readonly [Asked, string]>> = {
    createProfile: [{ input: { name: 'Big', maturityLimit: 18 } }, 'PIN_NEEDED'],
    updateProfile: [{ id: kids, input: { kids: false, maturityLimit: 18 } }, 'PIN_NEEDED'],
    deleteProfile: [{ id: adult }, 'PIN_NEEDED'],
    switchProfile: [{ profileId: adult }, 'PIN_NEEDED'],
    setPin: [{ pin: '1111', password }, 'KIDS_PROFILE'],
    subscribe: [{ planId: 'premium' }, 'KIDS_PROFILE'],
    cancelSubscription: [{}, 'KIDS_PROFILE'],
    changePassword: [{ password, newPassword: 'another password' }, 'KIDS_PROFILE'],
    endSession: [{ id: 's' }, 'KIDS_PROFILE'],
    endSessions: [{ keepThis: false }, 'KIDS_PROFILE'],
  }
  for (const [name, [variables, code]] of Object.entries(refused)) {
    const { data } = await device.ask<Readonly<Record<string, { code?: string }>>>(name, variables)
    assert.equal(data[name]?.code, code, name)
  }
  assert.deepEqual(
    await platform.database.prisma.account.findMany({ include: { profiles: true, sessions: true, subscription: true } }),
    before,
  )
})

test('no profile makes one that sees more than it does itself, without the PIN that raising its limit asks for', async () => {
  const { device, adult } = await family()
  const { id: teen = '' } = await create(device, { name: 'Teen', maturityLimit: 13, kids: false })
  await setPin(device, { pin: '2468' })
  await setPin(device, { profileId: adult, pin: '97531' })
  assert.equal(await switchTo(device, teen), 'Teen')
  for (const maturityLimit of [14, 16, 18]) {
    assert.equal((await update(device, teen, { maturityLimit })).code, 'PIN_NEEDED')
    assert.equal((await create(device, { name: 'Sneak', maturityLimit })).code, 'PIN_NEEDED')
    assert.equal((await create(device, { name: 'Sneak', maturityLimit }, '97531')).code, 'WRONG_PIN')
  }
  assert.equal((await create(device, { name: 'Friend', maturityLimit: 13, kids: false })).code, undefined)
  assert.equal((await create(device, { name: 'Big', maturityLimit: 18 }, '2468')).code, undefined)
})

test('a profile that becomes one for children is one at once, also with the access token of before', async () => {
  const { device, adult } = await family()
  const [old, { id = '' }] = [device.token, await create(device, { name: 'Leo' })]
  assert.equal(await switchTo(device, id), 'Leo')
  await update(device, id, { kids: true })
  assert.equal(await switchTo(device, adult), 'PIN_NEEDED')
  assert.notEqual(device.token, old)
})

test('a PIN is guessed five times, then not for a while, not even rightly', async () => {
  const { device, adult, kids } = await family()
  await setPin(device, { pin: '2468' })
  await switchTo(device, kids)
  const guesses = await Promise.all(Array.from({ length: 12 }, (_, at) => switchTo(device, adult, String(1000 + at))))
  assert.equal(guesses.filter((code) => code === 'WRONG_PIN').length, 5)
  assert.equal(await switchTo(device, adult, '2468'), 'TOO_MANY_TRIES')
})

test('a profile with a PIN of its own asks for it; the PIN is kept as a hash and shown to nobody', async () => {
  const { device, adult } = await family()
  const { id = '' } = await create(device, { name: 'Eva' })
  assert.equal((await setPin(device, { profileId: id, pin: '123' })).code, 'INVALID_INPUT')
  assert.equal((await setPin(device, { profileId: id, pin: '97531', password: 'wrong password' })).code, 'WRONG_PIN')
  await setPin(device, { profileId: id, pin: '97531' })
  assert.deepEqual(
    (await profilesOf(device)).map(({ hasPin }) => hasPin),
    [false, false, true],
  )
  const { pinHash } = await platform.database.prisma.profile.findUniqueOrThrow({ where: { id } })
  assert.match(pinHash ?? '', /^\$argon2id\$/)
  assert.equal(await switchTo(device, id), 'PIN_NEEDED')
  assert.equal(await switchTo(device, id, '97531'), 'Eva')
  assert.equal(await switchTo(device, adult), 'Mia')
  assert.equal((await setPin(device, { profileId: 'p-ada', pin: '97531' })).code, 'NO_SUCH_PROFILE', 'somebody else’s')
})

test('what lets a profile see more needs the PIN, what lets it see less does not', async () => {
  const { device, kids } = await family()
  const { id = '' } = await create(device, { name: 'Ben', maturityLimit: 16 })
  await setPin(device, { pin: '2468' })
  assert.equal((await update(device, id, { maturityLimit: 18 })).code, 'PIN_NEEDED')
  assert.equal((await update(device, kids, { kids: false })).code, 'PIN_NEEDED')
  assert.equal((await update(device, id, { maturityLimit: 13, name: 'Benny', avatar: 'plum' })).code, undefined)
  assert.equal((await update(device, id, { maturityLimit: 18 }, '2468')).code, undefined)
  assert.equal((await update(device, id, { maturityLimit: 99 }, '2468')).code, 'INVALID_INPUT')
  assert.equal((await update(device, 'p-ada', { name: 'X' })).code, 'NO_SUCH_PROFILE', 'somebody else’s')
  const found = await platform.database.prisma.profile.findUniqueOrThrow({ where: { id } })
  assert.deepEqual([found.name, found.avatar, found.maturityLimit], ['Benny', 'plum', 18])
  await update(device, kids, { maturityLimit: 18 }, '2468')
  assert.equal(
    (await platform.database.prisma.profile.findUniqueOrThrow({ where: { id: kids } })).maturityLimit,
    12,
    'children see what is theirs',
  )
})

test('a profile that is deleted is gone, its devices are signed out, and the last one stays, also for two who delete at the same time', async () => {
  const { device, adult, kids, email } = await family()
  const other = new Device(platform.links, 'tv')
  const session = await other.signIn(email, password)
  assert.equal(await switchTo(other, kids), 'Tom')
  assert.equal((await ask<DeleteProfileMutation>(device, 'deleteProfile', { id: 'p-ada' })).code, 'NO_SUCH_PROFILE')
  assert.equal((await ask<DeleteProfileMutation>(device, 'deleteProfile', { id: kids })).count, 1)
  await until('the television is signed out', 5_000, async () =>
    (await other.ask('account')).errors.some(({ extensions }) => extensions?.code === 'UNAUTHENTICATED'),
  )
  assert.ok(session)
  const { id = '' } = await create(device, { name: 'Two' })
  const codes = await Promise.all(
    [adult, id].map(async (each) => (await ask<DeleteProfileMutation>(device, 'deleteProfile', { id: each })).code),
  )
  assert.deepEqual(codes.toSorted(), ['LAST_PROFILE', undefined])
})
