import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMiniSearchIndex } from '#platform/adapters/search-index.minisearch.ts'
import type { SearchDocument, SearchIndex } from '#platform/ports/search-index.ts'
import { seedTitles } from '../../prisma/seed/titles.ts'

const adapters: Readonly<Record<string, () => SearchIndex>> = { minisearch: createMiniSearchIndex }

const documents: readonly SearchDocument[] = seedTitles()
  .filter((title) => title.kind !== 'EPISODE')
  .map(({ id, name, translations, genres, popularity }) => ({
    id,
    names: [name, ...Object.values(translations)],
    people: [],
    genres,
    popularity,
  }))
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

for (const [adapter, create] of Object.entries(adapters)) {
  const filled = async (): Promise<SearchIndex> => {
    const index = create()
    await index.add(documents)
    return index
  }

  for (const [text, name] of questions) {
    test(`search index, ${adapter}: “${text}” finds ${name} first`, async () => {
      assert.equal((await (await filled()).search(text, 5))[0], idOf(name))
    })
  }

  test(`search index, ${adapter}: a title that is added again is found by its new name, and removed it is not found`, async () => {
    const index = await filled()
    const [first] = documents
    assert.ok(first)
    await index.add([{ ...first, names: ['Zanzibar Unknown'] }])
    assert.deepEqual(await index.search('zanzibar', 5), [first.id])
    await index.remove(first.id)
    assert.deepEqual(await index.search('zanzibar', 5), [])
  })

  test(`search index, ${adapter}: nothing is found for nothing, and no text breaks it`, async () => {
    const index = await filled()
    for (const text of ['', '   ', '"', '\\', '🎬', '*', 'a'.repeat(10_000)]) assert.deepEqual(await index.search(text, 5), [])
  })
}
