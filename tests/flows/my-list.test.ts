import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bootPlatform, type Platform } from '../boot.ts'
import { Device, type DeviceKind, until } from '../member.ts'

const devices = ['tv', 'mobile', 'web'] as const satisfies readonly DeviceKind[]
let platform: Platform
let shown: readonly string[] = []
before(async () => {
  platform = await bootPlatform({ remote: ['history'] })
  const { prisma } = platform.database
  const found = await prisma.title.findMany({ where: { kind: 'FILM', maturity: 0 }, orderBy: { popularity: 'desc' }, take: 6 })
  shown = found.map(({ id }) => id)
  await prisma.availability.deleteMany({ where: { titleId: { in: [...shown] } } })
  await prisma.availability.createMany({ data: shown.map((titleId) => ({ titleId, region: '*', startsAt: new Date(0) })) })
})
after(() => platform?.[Symbol.asyncDispose]())

const signedIn = async (kind: DeviceKind, profile?: string): Promise<Device> => {
  const device = new Device(platform.links, kind)
  const session = await device.signIn()
  if (profile !== undefined) await device.switchProfile(profile, session)
  return device
}
type Row = { readonly id: string; readonly cards?: readonly { readonly id: string }[]; readonly tiles?: readonly { readonly id: string }[] }
type Home = { readonly home: { readonly rows?: readonly Row[]; readonly shelves?: readonly Row[]; readonly degraded: readonly string[] } }
const rowsOf = ({ home }: Home): readonly Row[] => home.rows ?? home.shelves ?? []
const idsIn = ({ cards, tiles }: Row | { cards?: never; tiles?: never }): readonly string[] => (cards ?? tiles ?? []).map(({ id }) => id)
type Marks = { readonly titleId?: string; readonly inMyList?: boolean; readonly thumb?: string | null; readonly code?: string }
const mark = async (device: Device, name: 'addToMyList' | 'removeFromMyList' | 'setThumb', variables: object): Promise<Marks> =>
  (await device.ask<Record<string, Marks>>(name, { ...variables })).data[name] ?? {}

test('what is put on the list on one device stands in a row and on a screen of its own on all, newest first, in pages', async () => {
  const television = await signedIn('tv')
  const [first = '', second = '', third = ''] = shown
  for (const titleId of [first, second, third, second])
    assert.deepEqual(await mark(television, 'addToMyList', { titleId }), { __typename: 'Marks', titleId, inMyList: true, thumb: null })
  await mark(television, 'removeFromMyList', { titleId: first })
  for (const kind of devices) {
    const device = await signedIn(kind)
    const { data, errors } = await device.ask<Home>('home')
    assert.deepEqual(errors, [])
    assert.deepEqual(idsIn(rowsOf(data).find(({ id }) => id === 'my-list') ?? {}), [third, second], kind)
    type Page = { readonly myList: Row & { readonly endCursor: string | null } }
    const page = (await device.ask<Page>('myList', { first: 1 })).data.myList
    assert.deepEqual(idsIn(page), [third])
    const next = (await device.ask<Page>('myList', { first: 1, after: page.endCursor })).data.myList
    assert.deepEqual([idsIn(next), next.endCursor], [[second], null])
    const { title } = (await device.ask<{ title: { inMyList: boolean; myThumb: string | null } }>('title', { id: second })).data
    assert.deepEqual([title.inMyList, title.myThumb], [true, null])
  }
})

test('a title with a thumb down leaves the home screen of every device at once, and what is recommended; without it, it may come back', async () => {
  const device = await signedIn('web')
  const everywhere = async (): Promise<readonly string[]> => {
    const homes = await Promise.all(devices.map(async (kind) => (await (await signedIn(kind)).ask<Home>('home')).data))
    return homes
      .flatMap(rowsOf)
      .filter(({ id }) => id !== 'my-list')
      .flatMap(idsIn)
  }
  const [disliked = ''] = await everywhere()
  assert.notEqual(disliked, '')
  assert.equal((await mark(device, 'setThumb', { titleId: disliked, thumb: 'DOWN' })).thumb, 'DOWN')
  assert.ok(!(await everywhere()).includes(disliked))
  const recommended = async (): Promise<boolean> => {
    const signals = await platform.database.pool.query('select 1 from recs.signal where title_id = $1 and thumb = $2', [disliked, 'DOWN'])
    return signals.rowCount === 1
  }
  await until('recommendations know of it', 15_000, recommended)
  assert.equal((await mark(device, 'setThumb', { titleId: disliked, thumb: null })).thumb, null)
  await until('it is back', 30_000, async () => (await everywhere()).includes(disliked))
})

test('what a profile may not see it can neither list nor rate, and what became hidden stands on no list; it can still be taken away', async () => {
  const { prisma } = platform.database
  const adult = await prisma.title.findFirstOrThrow({ where: { kind: 'FILM', maturity: { gte: 16 } } })
  const [, , , , later = ''] = shown
  for (const kind of devices) {
    const kid = await signedIn(kind, 'Kids')
    for (const titleId of [adult.id, 'no-such-title']) {
      assert.equal((await mark(kid, 'addToMyList', { titleId })).code, 'NOT_FOUND', kind)
      assert.equal((await mark(kid, 'setThumb', { titleId, thumb: 'UP' })).code, 'NOT_FOUND', kind)
    }
    await mark(kid, 'addToMyList', { titleId: later })
  }
  await prisma.title.update({ where: { id: later }, data: { maturity: 18 } })
  for (const kind of devices) {
    const kid = await signedIn(kind, 'Kids')
    await until('what was remembered of the title is forgotten', 30_000, async () => {
      const answers = JSON.stringify([(await kid.ask('home')).data, (await kid.ask('myList')).data])
      return !answers.includes(`"${later}"`)
    })
  }
  const kid = await signedIn('tv', 'Kids')
  assert.equal((await mark(kid, 'removeFromMyList', { titleId: later })).inMyList, false)
})

test('without its service the list is left out of home and title, which say so', async () => {
  const device = await signedIn('web')
  await platform.stop('history')
  const { data, errors } = await device.ask<Home>('home')
  assert.deepEqual(errors, [])
  assert.deepEqual(data.home.degraded, ['history'])
  const { title } = (await device.ask<{ title: { inMyList: null; degraded: readonly string[] } }>('title', { id: shown[1] })).data
  assert.deepEqual([title.inMyList, title.degraded], [null, ['history']])
  assert.match((await device.ask('myList')).errors[0]?.message ?? '', /./)
})
