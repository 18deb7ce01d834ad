import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { contentRanking } from './ranking.content.ts'
import type { RankedRow, RowRequest } from './ranking.ts'
import type { Signal, TitleFeature } from './store.ts'

type Given = Partial<Omit<TitleFeature, 'titleId'>>
const title = (titleId: string, given: Given = {}): TitleFeature => ({
  ...{ titleId, kind: 'FILM', genres: [], people: [], year: 2000, maturity: 0, popularity: 0, playable: true },
  ...given,
})
const titles = (name: string, count: number, given: (at: number) => Given): readonly TitleFeature[] =>
  Array.from({ length: count }, (_, at) => title(`${name}-${at}`, given(at)))
const watched = (titleId: string, share = 1): Signal => ({ profileId: 'p', titleId, share, at: new Date(0) })
/** The ten that everybody wants: the first row of every page, so that the others are without them. */
const wanted = titles('wanted', 10, () => ({ popularity: 1 }))
const page = (
  features: readonly TitleFeature[],
  signals: readonly Signal[] = [],
  request: Partial<RowRequest> = {},
): readonly RankedRow[] => contentRanking.home(features, signals, { rows: 50, titlesPerRow: 20, maturityLimit: 18, ...request })
const idsOf = (row: RankedRow | undefined): readonly string[] => row?.titles.map(({ id }) => id) ?? []
const rowOf = (rows: readonly RankedRow[], id: string): readonly string[] => idsOf(rows.find((row) => row.id === id))
const order = (rows: readonly string[], ...ids: readonly string[]): readonly string[] => rows.filter((id) => ids.includes(id))

test('a page has the ten most wanted, picks, up to two rows for what was watched, what is new, and genres, in this order', () => {
  const features = [
    ...wanted,
    ...titles('crime', 12, (at) => ({ genres: ['Crime'], popularity: 0.5 - at / 100 })),
    ...titles('space', 12, (at) => ({ genres: ['Space'], popularity: 0.4 - at / 100, year: 2010 + at })),
    ...titles('farce', 12, (at) => ({ genres: ['Farce'], popularity: 0.3 - at / 100, year: 1990 })),
  ]
  const signals = [watched('farce-0', 0.29), watched('crime-0', 0.3), watched('space-0'), watched('farce-1')]
  const rows = page(features, signals, { titlesPerRow: 4 })
  assert.deepEqual(
    rows.map(({ id, kind, genre, because }) => [id, kind, genre, because?.id ?? null]),
    [
      ['top-ten', 'TOP_TEN', null, null],
      ['picks', 'PICKS', null, null],
      ['because-crime-0', 'BECAUSE', null, 'crime-0'],
      ['because-space-0', 'BECAUSE', null, 'space-0'],
      ['new', 'NEW', null, null],
      ['genre-Farce', 'GENRE', 'Farce', null],
      ['genre-Space', 'GENRE', 'Space', null],
      ['genre-Crime', 'GENRE', 'Crime', null],
    ].filter(([id]) => rows.some((row) => row.id === id)),
  )
  for (const id of ['top-ten', 'picks', 'because-crime-0', 'because-space-0', 'new', 'genre-Farce'])
    assert.ok(rowOf(rows, id).length > 0, id)
  assert.deepEqual(
    idsOf(rows[0]),
    wanted.map(({ titleId }) => titleId),
    'ten, whatever the length of other rows',
  )
  assert.ok(rows.slice(1).every((row) => row.titles.length === 4))
  assert.ok(rowOf(rows, 'because-crime-0').every((id) => id.startsWith('crime') && id !== 'crime-0'))
  assert.deepEqual(rowOf(rows, 'new'), ['space-11', 'space-10', 'space-9', 'space-8'])
  assert.ok(rowOf(rows, 'genre-Farce').every((id) => id.startsWith('farce')))
  for (const count of [1, 2, 5]) assert.deepEqual(page(features, signals, { titlesPerRow: 4, rows: count }), rows.slice(0, count))
})

test('what is new goes by its year, then by how much it is wanted; a genre has all of its titles and no others', () => {
  const features = [
    ...wanted,
    ...titles('old', 8, (at) => ({ genres: [at % 2 === 0 ? 'Even' : 'Odd'], year: 1990, popularity: at / 10 })),
    ...titles('last-year', 3, () => ({ year: 2025, popularity: 0.9 })),
    ...titles('this-year', 3, (at) => ({ year: 2026, popularity: 0.1 + at / 10 })),
  ]
  const rows = contentRanking.home(features, [], { rows: 50, titlesPerRow: 4, maturityLimit: 18 })
  assert.deepEqual(rowOf(rows, 'picks'), ['last-year-0', 'last-year-1', 'last-year-2', 'old-7'])
  assert.deepEqual(rowOf(rows, 'new'), ['this-year-2', 'this-year-1', 'this-year-0', 'old-6'])
  const more = contentRanking.home(
    [
      ...features,
      ...titles('odd', 4, () => ({ genres: ['Odd'], year: 1990 })),
      ...titles('even', 4, () => ({ genres: ['Even'], year: 1990 })),
    ],
    [],
    {
      ...{ rows: 50, titlesPerRow: 4, maturityLimit: 18 },
    },
  )
  assert.deepEqual(rowOf(more, 'genre-Odd'), ['old-5', 'old-3', 'old-1', 'odd-0'])
  assert.deepEqual(rowOf(more, 'genre-Even'), ['old-4', 'old-2', 'even-0', 'even-1'])
})

test('a row of four stands, one of three is left out', () => {
  const few = (count: number) => page([...wanted, ...titles('few', count, () => ({ genres: ['Few'] }))])
  assert.equal(few(4).length, 2)
  assert.equal(few(3).length, 1)
})

test('taste weighs 0.65 of a place, how much everybody wants a title the rest', () => {
  const features = [
    ...wanted,
    title('seen', { genres: ['Crime'] }),
    title('half', { genres: ['Crime', 'A', 'B', 'C'] }),
    title('more-wanted', { popularity: 0.95 }),
    title('less-wanted', { popularity: 0.9 }),
  ]
  const picks = rowOf(page(features, [watched('seen')]), 'picks')
  assert.deepEqual(picks, ['seen', 'more-wanted', 'half', 'less-wanted'])
  for (const share of [0.01, 0.2])
    assert.deepEqual(rowOf(page(features, [watched('seen', share)]), 'picks'), picks, 'also of who has watched little')
  assert.deepEqual(
    rowOf(page(features), 'picks'),
    ['more-wanted', 'less-wanted', 'half', 'seen'],
    'nobody’s taste: how much they are wanted, then by id',
  )
})

test('taste is what is shared with what was watched, of genres and people, whatever the share of all of it', () => {
  const features = [
    ...wanted,
    ...[
      title('seen-a', { genres: ['A'], people: ['ann'] }),
      title('seen-b', { genres: ['B'] }),
      title('episode', { kind: 'EPISODE', genres: ['E'] }),
    ],
    ...[title('a', { genres: ['A'] }), title('ann', { people: ['ann'] }), title('b', { genres: ['B'] }), title('e', { genres: ['E'] })],
    ...[title('diluted', { genres: ['B', 'X', 'Y', 'Z'] }), title('none'), title('genre-called-ann', { genres: ['ann'] })],
  ]
  const picks = (...signals: readonly Signal[]) => rowOf(page(features, signals), 'picks')
  const both = picks(watched('seen-a', 0.2), watched('seen-b', 0.1))
  assert.deepEqual(order(both, 'a', 'ann', 'b', 'diluted'), ['a', 'ann', 'b', 'diluted'])
  assert.deepEqual(picks(watched('seen-a', 0.02), watched('seen-b', 0.01)), both, 'ten times less of everything is the same taste')
  assert.deepEqual(order(picks(watched('seen-a', 0.1), watched('seen-b', 0.2)), 'a', 'b'), ['b', 'a'])
  assert.equal(picks(watched('episode', 0.2))[0], 'e', 'an episode tells of taste, and is not picked')
  assert.ok(both.includes('none') && both.indexOf('none') > both.indexOf('diluted'), 'a title of which nothing is known stands, last')
  assert.deepEqual(
    order(both, 'genre-called-ann', 'none'),
    ['genre-called-ann', 'none'],
    'a genre is no person: both share nothing, and go by id',
  )
  assert.deepEqual(picks(watched('unknown'), watched('seen-b', 0.1)), picks(watched('seen-b', 0.1)))
})

test('neighbours share more than a fifth, the more wanted first among equals, without episodes and the title itself', () => {
  const extra = (count: number) => Array.from({ length: count }, (_, at) => `other-${at}`)
  const features = [
    title('seed', { genres: ['S'], popularity: 1 }),
    title('wide', { genres: ['S', ...extra(23)] }),
    title('too-wide', { genres: ['S', ...extra(24)] }),
    title('too-wide-but-wanted', { genres: ['S', ...extra(24)], popularity: 0.1 }),
    title('b', { genres: ['S'], popularity: 0.2 }),
    title('a', { genres: ['S'], popularity: 0.2 }),
    title('c', { genres: ['S'], popularity: 0.9 }),
    title('half-but-wanted', { genres: ['S', 'other'], popularity: 1 }),
    title('episode', { kind: 'EPISODE', genres: ['S'] }),
    title('wanted-only', { popularity: 1 }),
  ]
  const all = ['c', 'a', 'b', 'half-but-wanted', 'too-wide-but-wanted', 'wide']
  assert.deepEqual(contentRanking.similar(features, 'seed', 10), all)
  assert.deepEqual(contentRanking.similar(features, 'seed', 2), all.slice(0, 2))
  assert.deepEqual(contentRanking.similar(features, 'nobody', 2), [])
})

test('nobody sees an episode, or what is above the limit of the profile, in any row; what is at the limit is shown', () => {
  const given = fc.record({
    kind: fc.constantFrom('FILM', 'SERIES', 'EPISODE') as fc.Arbitrary<TitleFeature['kind']>,
    genres: fc.subarray(['A', 'B', 'C']),
    people: fc.subarray(['x', 'y']),
    popularity: fc.double({ min: 0, max: 1, noNaN: true }),
    year: fc.integer({ min: 1990, max: 2026 }),
    maturity: fc.constantFrom(0, 6, 12, 16, 18),
  })
  const share = fc.double({ min: 0, max: 1, noNaN: true })
  fc.assert(
    fc.property(
      fc.array(given, { minLength: 1, maxLength: 60 }),
      fc.array(share, { maxLength: 8 }),
      fc.constantFrom(0, 6, 12, 16, 18),
      (all, shares, maturityLimit) => {
        const features = all.map((each, at) => title(`t-${at}`, each))
        const rows = page(
          features,
          shares.map((each, at) => watched(`t-${at}`, each)),
          { maturityLimit, titlesPerRow: 6 },
        )
        const ids = rows.flatMap(idsOf)
        const allowed = features
          .filter(({ kind, maturity }) => kind !== 'EPISODE' && maturity <= maturityLimit)
          .map(({ titleId }) => titleId)
        assert.deepEqual(
          ids.filter((id) => !allowed.includes(id)),
          [],
        )
        assert.equal(new Set(ids).size, ids.length)
        if (allowed.length >= 4) assert.ok(ids.length >= Math.min(10, allowed.length), 'the most wanted are there')
      },
    ),
  )
})
