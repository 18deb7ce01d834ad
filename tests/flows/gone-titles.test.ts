import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import type { HomeQuery as PhoneHomeQuery } from '../../bffs/mobile/documents.generated.ts'
import type { HomeQuery, SearchQuery, ViewingHistoryQuery } from '../../bffs/web/documents.generated.ts'
import { beginAccount } from '../accounts.ts'
import { bootPlatform, type Platform } from '../boot.ts'
import { Device, type DeviceKind, until } from '../member.ts'

const [here, deleted, withdrawn, notYet] = ['t-0001', 't-0003', 't-0004', 't-0006']
const strange = fc.oneof(fc.stringMatching(/^t-9\d{3}$/), fc.constantFrom('__proto__', 'constructor', '%', '"\'<b>', 'x'.repeat(64)))
let platform: Platform
let names: readonly string[] = []

/** Rows that outlive a title in the stores of other subgraphs; the search index keeps what it was made of. */
before(async () => {
  // NOTE: what was watched is put into the history's tables below, also where real engines are up.
  platform = await bootPlatform({ config: { cassandraUrl: '' } })
  const { prisma } = platform.database
  const gone = await prisma.title.findMany({ where: { id: { in: [deleted, withdrawn, notYet] } } })
  names = gone.map(({ name }) => name)
  await prisma.title.delete({ where: { id: deleted } })
  const [past, future] = [new Date(1), new Date(Date.now() + 86_400_000)]
  await prisma.availability.updateMany({ where: { titleId: withdrawn }, data: { startsAt: new Date(0), endsAt: past } })
  await prisma.availability.updateMany({ where: { titleId: notYet }, data: { startsAt: future } })
  const feature = { kind: 'FILM', genres: ['Drama'], people: [], year: 2020, maturity: 0, popularity: 1, playable: true }
  await prisma.titleFeature.createMany({ data: ['t-9000', 't-9001', '__proto__'].map((titleId) => ({ ...feature, titleId })) })
  await prisma.titleFeature.updateMany({
    where: { titleId: { in: [deleted, withdrawn, notYet] } },
    data: { popularity: 1, playable: true },
  })
})
after(() => platform?.[Symbol.asyncDispose]())

/** A member whose stores hold rows of these titles; the titles are seen through heartbeats as well, as players report them. */
const memberWith = async (titleIds: readonly string[], kind: DeviceKind): Promise<Device> => {
  const device = new Device(platform.links, kind)
  const email = `${crypto.randomUUID()}@example.org`
  const { profile } = await beginAccount(platform.database, device, { email, password: 'correct horse battery' })
  const [profileId, at] = [profile.id, new Date()]
  const { prisma } = platform.database
  const seen = { profileId, positionMs: 60_000, durationMs: 600_000 }
  await prisma.resumePoint.createMany({ data: titleIds.map((titleId) => ({ ...seen, titleId, at, deviceId: 'd' })) })
  await prisma.viewing.createMany({
    data: titleIds.map((titleId, nth) => ({
      ...seen,
      titleId,
      sessionId: `s-${nth}`,
      startedAt: at,
      lastAt: new Date(at.getTime() - nth),
    })),
  })
  await prisma.signal.createMany({ data: titleIds.map((titleId) => ({ profileId, titleId, share: 0.9, at })) })
  for (const [nth, titleId] of titleIds.entries())
    assert.equal(await device.heartbeat({ titleId, positionMs: 90_000, sessionId: `h-${nth}` }), 202)
  return device
}

test('titles that are gone, however many and however new, take no place of one that can be watched on', async () => {
  const later = (nth: number): Date => new Date(Date.now() + 60_000 + nth)
  for (const kind of ['tv', 'mobile', 'web'] as const) {
    const device = await memberWith([here], kind)
    const { profileId } = await platform.database.prisma.resumePoint.findFirstOrThrow({ where: { titleId: here }, orderBy: { at: 'desc' } })
    const point = { profileId, positionMs: 60_000, durationMs: 600_000, deviceId: 'd' }
    const [gone, ended] = [Array.from({ length: 60 }, (_, n) => `t-9${n}`), Array.from({ length: 120 }, (_, n) => `t-8${n}`)]
    await platform.database.prisma.resumePoint.createMany({
      data: [
        ...[deleted, withdrawn, notYet, ...gone].map((titleId, nth) => ({ ...point, titleId, at: later(nth) })),
        ...ended.map((titleId, nth) => ({ ...point, titleId, positionMs: 599_000, at: later(100 + nth) })),
      ],
    })
    await until(`${kind}: what can be watched on is offered`, 20_000, async () => {
      const { data } = await device.ask<HomeQuery | PhoneHomeQuery>('home')
      const begun = 'continueWatching' in data.home ? data.home.continueWatching : data.home.rows.find(({ id }) => id === 'continue')?.cards
      assert.deepEqual(goneIn(begun?.map(({ id }) => id) ?? []), [])
      return begun?.some(({ id }) => id === here)
    })
  }
})

const goneIn = (ids: readonly string[]): readonly string[] =>
  ids.filter((id) => [deleted, withdrawn, notYet].includes(id) || !/^t-0\d{3}$/.test(id))

test('a title that is unknown, deleted, withdrawn or not out yet breaks no home, history or search, and is on none', async () => {
  const titles = fc.uniqueArray(fc.oneof(fc.constantFrom(deleted, withdrawn, notYet), strange), { maxLength: 12 })
  const property = fc.asyncProperty(titles, fc.constant('web' as const), async (gone, kind) => {
    const device = await memberWith([...gone, here], kind)
    const shown = await until('every part of home is there', 20_000, async () => {
      const { data, errors } = await device.ask<HomeQuery>('home')
      assert.deepEqual(errors, [])
      const ids = data.home.rows.flatMap(({ cards }) => cards.map(({ id }) => id))
      assert.deepEqual(goneIn([...ids, ...(data.home.hero ? [data.home.hero.id] : [])]), [], 'on home')
      // NOTE: a part that a busy machine leaves out in one answer is there in a later one.
      return data.home.degraded.length === 0 && ids
    })
    assert.ok(shown.includes(here), 'what can be played on is on home')
    const { data, errors } = await device.ask<ViewingHistoryQuery>('viewingHistory')
    assert.deepEqual(errors, [])
    const { viewings } = data.viewingHistory
    assert.deepEqual([...new Set(viewings.map(({ titleId }) => titleId))], [here], 'in the history')
    for (const text of names) {
      const found = await device.ask<SearchQuery>('search', { text })
      assert.deepEqual(found.errors, [])
      assert.deepEqual(goneIn(found.data.search.cards.map(({ id }) => id)), [], `found by ${text}`)
    }
  })
  await fc.assert(property, { numRuns: 8, endOnFailure: true })
})
