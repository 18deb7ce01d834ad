import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bootPlatform, type Platform } from '../boot.ts'
import { Device, type DeviceKind, until } from '../member.ts'

const devices = ['tv', 'mobile', 'web'] as const satisfies readonly DeviceKind[]
let platform: Platform
let series: { readonly id: string; readonly name: string }
/** Of the series, an episode for grown-ups, one that is not licensed here, and one that is not yet. */
let hidden: readonly string[] = []
let seasonOne: readonly string[] = []

before(async () => {
  platform = await bootPlatform()
  const { prisma } = platform.database
  await prisma.title.updateMany({ data: { maturity: 0 } })
  series = await prisma.title.findFirstOrThrow({
    where: { kind: 'SERIES', availability: { some: { region: '*' } } },
    orderBy: { id: 'asc' },
  })
  const episodes = (await prisma.title.findMany({ where: { seriesId: series.id }, orderBy: [{ season: 'asc' }, { episode: 'asc' }] })).map(
    ({ id, season }) => ({ id, season }),
  )
  seasonOne = episodes.filter(({ season }) => season === 1).map(({ id }) => id)
  const others = episodes.filter(({ season }) => season !== 1).map(({ id }) => id)
  const [adult = '', elsewhere = '', later = ''] = seasonOne
  await prisma.title.updateMany({ where: { id: { in: [adult, ...others] } }, data: { maturity: 16 } })
  await prisma.availability.create({ data: { titleId: elsewhere, region: 'SE', startsAt: new Date(0), endsAt: new Date(1) } })
  await prisma.availability.create({ data: { titleId: later, region: 'SE', startsAt: new Date(Date.now() + 86_400_000) } })
  hidden = [adult, elsewhere, later, ...others]
  assert.ok(seasonOne.length > 3 && others.length > 0)
})
after(() => platform?.[Symbol.asyncDispose]())

const headers = { 'x-country': 'SE' }
const kid = async (kind: DeviceKind): Promise<Device> => {
  const device = new Device(platform.links, kind, { headers })
  await device.switchProfile('Kids', await device.signIn())
  return device
}

/** Every id that an answer names, wherever. */
const idsIn = (answer: unknown): readonly string[] =>
  [...JSON.stringify(answer).matchAll(/"(?:id|titleId)":"([^"]+)"/g)].map(([, id = '']) => id)

test('no screen lists an episode that this profile may not see, or that is not licensed where it is', async () => {
  for (const kind of devices) {
    const device = await kid(kind)
    for (const titleId of hidden)
      assert.equal(await device.heartbeat({ titleId, positionMs: 90_000, sessionId: `${kind}-${titleId}` }), 202)
    const shown = seasonOne.at(-1) ?? ''
    await device.heartbeat({ titleId: shown, positionMs: 90_000, sessionId: `${kind}-${shown}` })
    const home = await until(`${kind}: what was begun is shown`, 20_000, async () => {
      const answer = await device.ask('home')
      return idsIn(answer).includes(shown) && answer
    })
    const title = await device.ask('title', { id: series.id })
    assert.ok(idsIn(title).includes(shown), `${kind}: other episodes are shown`)
    const screens = {
      home,
      title,
      search: await device.ask('search', { text: series.name }),
      history: await device.ask('viewingHistory', { first: 50 }),
    }
    assert.ok(idsIn(screens.history).includes(shown))
    for (const [name, answer] of Object.entries(screens)) {
      assert.deepEqual(answer.errors, [], `${kind} ${name}`)
      assert.deepEqual(
        idsIn(answer).filter((id) => hidden.includes(id)),
        [],
        `${kind} ${name}`,
      )
    }
    assert.doesNotMatch(JSON.stringify(title), /Season 2|S2 E/, 'a season without an episode to see is left out')
    for (const id of hidden) assert.equal((await device.ask<{ title: unknown }>('title', { id })).data.title, null)
  }
})

test('a grown-up elsewhere sees all episodes', async () => {
  for (const kind of devices) {
    const device = new Device(platform.links, kind)
    await device.signIn()
    const ids = idsIn(await device.ask('title', { id: series.id }))
    for (const id of hidden) assert.ok(ids.includes(id), `${kind} ${id}`)
  }
})
