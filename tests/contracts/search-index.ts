import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { SearchDocument, SearchIndex } from '#platform/ports/search-index.ts'
import { seedTitles } from '../../prisma/seed/titles.ts'

type Opened = AsyncDisposable & { readonly index: SearchIndex }

export const documentOf = (more: Partial<SearchDocument> & Pick<SearchDocument, 'id'>): SearchDocument => ({
  version: 1,
  names: [more.id],
  people: [],
  genres: [],
  kind: 'FILM',
  maturity: 0,
  language: 'en',
  regions: ['*'],
  notRegions: [],
  popularity: 0.5,
  ...more,
})

const documents: readonly SearchDocument[] = seedTitles()
  .filter((title) => title.kind !== 'EPISODE')
  .map(({ id, name, translations, genres, popularity, kind, maturity, language }) =>
    documentOf({ id, names: [name, ...Object.values(translations)], genres, popularity, kind, maturity, language }),
  )
const idOf = (name: string): string => documents.find((document) => document.names.includes(name))?.id ?? assert.fail(`no title ${name}`)

/** What members type, in many languages and with mistakes, and what they mean. */
const questions: readonly (readonly [text: string, name: string])[] = [
  ['orbital signal', 'Orbital Signal'],
  ['ORBITAL SIG', 'Orbital Signal'],
  ['orbtal signal', 'Orbital Signal'],
  ['captian marmalade', 'Captain Marmalade'],
  ['amelie', 'Amélie et la Marée'],
  ['Amelie and the tide', 'Amélie et la Marée'],
  ['ultimo tren a cadiz', 'El Último Tren a Cádiz'],
  ['leise haus', 'Das Leise Haus'],
  ['灯台', '夜の灯台'],
  ['夜の灯台', '夜の灯台'],
  ['山城', '山城往事'],
  ['장마의', '장마의 노래'],
  ['тихий', 'Тихий Берег'],
  ['أغنية', 'أغنية الصحراء'],
  ['catidaki yildizlar', 'Çatıdaki Yıldızlar'],
  ['zolty plaszcz', 'Żółty Płaszcz'],
]

async function* batches(all: readonly SearchDocument[], size = 50): AsyncGenerator<readonly SearchDocument[]> {
  for (let at = 0; at < all.length; at += size) yield all.slice(at, at + size)
}

/** What every adapter of the port promises; `open` gives an empty index, `numRuns` says how many invented histories are tried on it. */
export const searchIndexPromises = (adapter: string, open: () => Promise<Opened>, { numRuns = 60 } = {}): void => {
  const promise = (title: string, check: (index: SearchIndex) => Promise<void>) =>
    test(`search index, ${adapter}: ${title}`, async () => {
      await using opened = await open()
      await check(opened.index)
    })
  const idsFor = async (index: SearchIndex, text: string) => (await index.search({ text, first: 100 })).ids

  for (const [text, name] of questions) {
    promise(`“${text}” finds ${name} first`, async (index) => {
      await index.put(documents)
      assert.equal((await index.search({ text, first: 5 })).ids[0], idOf(name))
    })
  }

  promise('a title that is put again is found by its new name and no longer by the old one, and removed it is not found', async (index) => {
    await index.put([documentOf({ id: 't', names: ['Zanzibar'] })])
    await index.put([documentOf({ id: 't', names: ['Kilwa'], version: 2 })])
    assert.deepEqual([await idsFor(index, 'kilwa'), await idsFor(index, 'zanzibar')], [['t'], []])
    await index.remove('t', 2)
    assert.deepEqual(await idsFor(index, 'kilwa'), [])
  })

  promise('whatever order changes of titles come in, and however often, the newest version is what is searched', async (index) => {
    const change = fc.record({ id: fc.constantFrom('a', 'b', 'c'), version: fc.integer({ min: 1, max: 6 }), removed: fc.boolean() })
    const words = ['apple', 'bridge', 'candle', 'dragon', 'engine', 'forest']
    let run = 0
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 30 }), async (drawn) => {
        run += 1
        const changes = [...new Map(drawn.map((each) => [`${each.id}${each.version}`, each])).values()]
        for (const { id, version, removed } of [...changes, ...drawn.toReversed().filter((each) => changes.includes(each))]) {
          if (removed) await index.remove(`${run}${id}`, version)
          else await index.put([documentOf({ id: `${run}${id}`, version, names: [words[version - 1] ?? ''] })])
        }
        for (const id of ['a', 'b', 'c']) {
          const newest = changes.filter((each) => each.id === id).toSorted((a, b) => b.version - a.version)[0]
          for (let version = 1; version <= 6; version += 1) {
            const isFound = (await index.search({ text: words[version - 1] ?? '', first: 10_000 })).ids.includes(`${run}${id}`)
            assert.equal(isFound, newest !== undefined && !newest.removed && newest.version === version, `${id} ${version}`)
          }
        }
      }),
      { numRuns },
    )
  })

  promise('a filter leaves out what does not pass it, and nothing else', async (index) => {
    await index.put([
      documentOf({ id: 'everywhere', names: ['Same'], kind: 'FILM', maturity: 6, language: 'en' }),
      documentOf({
        id: 'notGermany',
        names: ['Same'],
        kind: 'SERIES',
        maturity: 12,
        language: 'de',
        genres: ['Drama'],
        notRegions: ['DE'],
      }),
      documentOf({ id: 'onlyFrance', names: ['Same'], kind: 'SERIES', maturity: 18, language: 'fr', regions: ['FR'] }),
      documentOf({ id: 'nowhere', names: ['Same'], regions: [] }),
    ])
    const found = async (filters: Parameters<SearchIndex['search']>[0]['filters']) =>
      (await index.search({ text: 'same', first: 10, filters })).ids.toSorted()
    assert.deepEqual(await found({ region: 'DE' }), ['everywhere'])
    assert.deepEqual(await found({ region: 'FR' }), ['everywhere', 'notGermany', 'onlyFrance'])
    assert.deepEqual(await found({ region: 'US' }), ['everywhere', 'notGermany'])
    assert.deepEqual(await found({ maturityMax: 12, kinds: ['SERIES'] }), ['notGermany'])
    assert.deepEqual(await found({ language: 'fr' }), ['onlyFrance'])
    assert.deepEqual(await found({ genre: 'Drama' }), ['notGermany'])
    assert.deepEqual(await found({ kinds: [] }), [])
    assert.deepEqual(await found({}), ['everywhere', 'notGermany', 'nowhere', 'onlyFrance'])
  })

  promise('page by page each title is given once, in one order, and facets count all of them on every page', async (index) => {
    await index.put(documents)
    const all = await index.search({ text: 'the', first: 1_000 })
    for (const first of [1, 3, 7]) {
      const seen: string[] = []
      for (let after: string | undefined, more = true; more; ) {
        const page = await index.search({ text: 'the', first, after })
        assert.deepEqual(page.facets, all.facets)
        seen.push(...page.ids)
        more = page.next !== null
        after = page.next ?? undefined
      }
      assert.deepEqual(seen, all.ids)
    }
    const kinds = all.ids.map((id) => documents.find((document) => document.id === id)?.kind ?? '')
    assert.deepEqual(all.facets.kinds, Object.fromEntries([...Map.groupBy(kinds, (kind) => kind)].map(([kind, of]) => [kind, of.length])))
    await assert.rejects(index.search({ text: 'the', first: 3, after: 'nonsense' }), { code: 'INPUT_INVALID' })
  })

  promise('a beginning suggests names, most wanted first, each once', async (index) => {
    await index.put([
      documentOf({ id: '1', names: ['Harbour Lights', 'Hafenlichter'], popularity: 0.2 }),
      documentOf({ id: '2', names: ['Harbour Master'], popularity: 0.9 }),
      documentOf({ id: '3', names: ['Harbour Master'], popularity: 0.1 }),
      documentOf({ id: '4', names: ['Silver'], people: ['Ann Harbour'] }),
    ])
    assert.deepEqual(await index.suggest('harb', 10), ['Harbour Master', 'Harbour Lights'])
    assert.deepEqual(await index.suggest('hafen', 10), ['Hafenlichter'])
    assert.deepEqual(await index.suggest('harb', 1), ['Harbour Master'])
    assert.deepEqual(await index.suggest('', 10), [])
    await index.put([documentOf({ id: '5', names: ['Harbour Nights'], maturity: 18, regions: ['FR'] })])
    assert.deepEqual(await index.suggest('harbour n', 10, { maturityMax: 12 }), [])
    assert.deepEqual(await index.suggest('harbour n', 10, { region: 'FR', maturityMax: 18 }), ['Harbour Nights'])
  })

  promise('while it is rebuilt the old index answers, and what is put or removed meanwhile counts', async (index) => {
    await index.put([documentOf({ id: 'old', names: ['Before'] }), documentOf({ id: 'kept', names: ['Kept one'] })])
    const reading = Promise.withResolvers<void>()
    const rebuilt = index.rebuild(
      (async function* () {
        yield [documentOf({ id: 'kept', names: ['Kept two'], version: 2 }), documentOf({ id: 'dropped', names: ['Dropped'] })]
        await reading.promise
        yield [documentOf({ id: 'kept', names: ['Kept one'], version: 1 })]
      })(),
    )
    await new Promise((resolve) => setImmediate(resolve))
    assert.deepEqual([await idsFor(index, 'before'), await idsFor(index, 'two')], [['old'], []])
    await index.put([documentOf({ id: 'kept', names: ['Kept three'], version: 3 }), documentOf({ id: 'new', names: ['Meanwhile'] })])
    await index.remove('dropped', 1)
    reading.resolve()
    await rebuilt
    assert.deepEqual([await idsFor(index, 'before'), await idsFor(index, 'dropped')], [[], []])
    assert.deepEqual([await idsFor(index, 'three'), await idsFor(index, 'meanwhile')], [['kept'], ['new']])
    await index.put([documentOf({ id: 'dropped', names: ['Dropped'] })])
    assert.deepEqual(await idsFor(index, 'dropped'), [], 'an old version does not come back')
  })

  promise('a rebuild that fails leaves the index as it was', async (index) => {
    await index.put(documents)
    const failing = async function* () {
      yield [documentOf({ id: 'half', names: ['Half'] })]
      throw new Error('the catalogue is away')
    }
    await assert.rejects(index.rebuild(failing()), /away/)
    assert.deepEqual(await idsFor(index, 'half'), [])
    assert.ok((await idsFor(index, 'harbour')).length > 0)
    await index.rebuild(batches(documents))
    assert.ok((await idsFor(index, 'harbour')).length > 0)
  })

  promise('nothing is found for nothing, and no text breaks it', async (index) => {
    await index.put(documents)
    for (const text of ['', '   ', '"', '\\', '🎬', '*', 'a'.repeat(10_000)]) assert.deepEqual(await idsFor(index, text), [])
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => void (await idsFor(index, text))),
      { numRuns },
    )
  })
}
