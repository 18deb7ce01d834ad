import assert from 'node:assert/strict'
import { test } from 'node:test'
import { titles } from '#platform/contracts/topics/catalog.titles.ts'
import { thumbs } from '#platform/contracts/topics/history.thumbs.ts'
import { signals } from '#platform/contracts/topics/recs.signals.ts'
import { until } from '../../tests/member.ts'
import { serveSubgraph } from '../../tests/subgraph.ts'
import { contentRanking } from './ranking.content.ts'
import type { Signal, TitleFeature } from './store.ts'

const feature = (titleId: string, genres: readonly string[], popularity: number, rest: Partial<TitleFeature> = {}): TitleFeature => ({
  titleId,
  kind: 'FILM',
  genres,
  people: [],
  year: 2020,
  maturity: 6,
  popularity,
  playable: false,
  ...rest,
})
const watched = (titleId: string, share = 1): Signal => ({ profileId: 'p', titleId, share, at: new Date(0) })
const features = [
  ...Array.from({ length: 12 }, (_, at) => feature(`crime-${at}`, ['Crime'], at / 100)),
  ...Array.from({ length: 12 }, (_, at) => feature(`family-${at}`, ['Family'], 0.5 + at / 100, { maturity: 0 })),
]
const request = { rows: 10, titlesPerRow: 8, maturityLimit: 18 }

test('who watched crime gets crime picked first, though family is wanted more', () => {
  const picks = contentRanking.home(features, [watched('crime-3')], request).find((row) => row.kind === 'PICKS')
  assert.match(picks?.titles[0]?.id ?? '', /^crime/)
  const because = contentRanking.home(features, [watched('crime-3')], { ...request, titlesPerRow: 4 }).find((row) => row.kind === 'BECAUSE')
  assert.equal(because?.because?.id, 'crime-3')
})

test('no title stands twice on a page, and no row is short', () => {
  const rows = contentRanking.home(features, [watched('crime-1'), watched('family-1')], request)
  const ids = rows.flatMap((row) => row.titles.map(({ id }) => id))
  assert.equal(new Set(ids).size, ids.length)
  assert.ok(rows.every((row) => row.titles.length >= 4))
})

test('a profile with a limit gets nothing above it', () => {
  const rows = contentRanking.home(features, [], { ...request, maturityLimit: 0 })
  assert.ok(rows.length > 0 && rows.every((row) => row.titles.every(({ id }) => id.startsWith('family'))))
})

test('similar titles share genres or people, and never include the title itself', () => {
  const similar = contentRanking.similar(features, 'crime-1', 5)
  assert.equal(similar.length, 5)
  assert.ok(similar.every((id) => id.startsWith('crime') && id !== 'crime-1'))
  assert.deepEqual(contentRanking.similar(features, 'unknown', 5), [])
})

test('a title with a thumb down stands in no row and nothing is picked because of it; a thumb up counts without having watched', () => {
  const down: Signal = { ...watched('crime-3'), thumb: 'DOWN' }
  const rows = contentRanking.home(features, [down, watched('family-1', 0.2)], request)
  assert.ok(rows.length > 0)
  assert.ok(rows.every((row) => row.because?.id !== 'crime-3' && row.titles.every(({ id }) => id !== 'crime-3')))
  const up: Signal = { ...watched('crime-3', 0), thumb: 'UP' }
  const picked = contentRanking.home(features, [up], request).find((row) => row.kind === 'PICKS')
  assert.match(picked?.titles[0]?.id ?? '', /^crime/)
})

test('what the catalogue and the players publish changes what is recommended', async () => {
  await using recs = await serveSubgraph('recs')
  const title = (id: string, genre: string, popularity: number) => ({
    ...feature(id, [], popularity),
    genres: [genre],
    people: [],
    kind: 'FILM' as const,
  })
  const wanted = Array.from({ length: 20 }, (_, at) => title(`wanted-${at}`, 'Romance', 0.9))
  const heists = Array.from({ length: 8 }, (_, at) => title(`heist-${at}`, 'Heist', 0.4))
  await recs.events.publish(titles, [...wanted, ...heists])
  await recs.events.publish(signals, [{ profileId: 'p-heist', titleId: 'heist-0', share: 0.9, at: new Date().toISOString() }])
  const rows = async () =>
    ((await recs.ask('{ homeRows { kind because { id } titles { id } } }', {}, { profileId: 'p-heist' })).data.homeRows ??
      []) as unknown as { kind: string; because: { id: string } | null; titles: { id: string }[] }[]
  await until('the picks follow', 15_000, async () =>
    (await rows()).find((row) => row.kind === 'PICKS')?.titles[0]?.id.startsWith('heist-'),
  )
})

test('of many signals of a profile the newest are looked at, and every thumb down, however old', async () => {
  await using recs = await serveSubgraph('recs')
  const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString()
  const wanted = Array.from({ length: 6 }, (_, n) => ({
    ...feature(`w-${n}`, ['Heist'], 1),
    kind: 'FILM' as const,
    genres: ['Heist'],
    people: [],
  }))
  await recs.events.publish(titles, wanted)
  await recs.events.publish(thumbs, [{ profileId: 'p-old', titleId: 'w-0', thumb: 'DOWN', at: at(0) }])
  await recs.events.publish(
    signals,
    Array.from({ length: 300 }, (_, n) => ({ profileId: 'p-old', titleId: `other-${n}`, share: 0.1, at: at(1 + n) })),
  )
  const shown = async (): Promise<readonly string[]> => {
    const { data } = await recs.ask('{ homeRows(first: 30, titlesPerRow: 40) { titles { id } } }', {}, { profileId: 'p-old' })
    return ((data.homeRows ?? []) as unknown as { titles: { id: string }[] }[]).flatMap((row) => row.titles.map(({ id }) => id))
  }
  await until('the thumb is known', 15_000, async () => {
    const ids = await shown()
    return ids.includes('w-1') && !ids.includes('w-0')
  })
  await recs.events.publish(thumbs, [{ profileId: 'p-old', titleId: 'w-0', thumb: null, at: at(500) }])
  await until('it is taken away', 15_000, async () => (await shown()).includes('w-0'))
})
