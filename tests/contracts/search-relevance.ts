import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { SearchDocument, SearchIndex } from '#platform/ports/search-index.ts'
import { type Random, seededRandom } from '../../prisma/seed/random.ts'
import { seedTitles } from '../../prisma/seed/titles.ts'
import { movielensFilms } from './movielens.ts'
import { documentOf } from './search-index.ts'
import { titlesInScripts } from './search-scripts.ts'

type Opened = AsyncDisposable & { readonly index: SearchIndex }

const seeded: readonly SearchDocument[] = seedTitles()
  .filter(({ kind }) => kind !== 'EPISODE')
  .map(({ id, name, translations, genres, popularity }) =>
    documentOf({ id, names: [name, ...Object.values(translations)], genres, popularity }),
  )

const letter = /\p{L}/u
const lettersOf = (text: string): number => [...text].filter((sign) => letter.test(sign)).length

/** A name with one typing error: a letter left out, put in, taken for another, or exchanged with the next. */
const mistyped = (name: string, random: Random): string => {
  const signs = [...name]
  const places = signs.flatMap((sign, at) => (letter.test(sign) ? [at] : []))
  const at = places[Math.floor(random() * places.length)] ?? 0
  const other = String.fromCodePoint(97 + Math.floor(random() * 26))
  const [here = '', next = ''] = signs.slice(at, at + 2)
  const ways = [[next], [other, here, next], [other, next], letter.test(next) ? [next, here] : [other, here, next]]
  return [...signs.slice(0, at), ...(ways[Math.floor(random() * ways.length)] ?? []), ...signs.slice(at + 2)].join('')
}

type Kind = {
  readonly what: string
  readonly lettersMin: number
  readonly least: number
  readonly typed: (name: string, random: Random) => string
}
const kinds: readonly Kind[] = [
  { what: 'as they are', lettersMin: 1, least: 0.99, typed: (name) => name },
  { what: 'to 60 %', lettersMin: 1, least: 0.85, typed: (name) => [...name].slice(0, Math.ceil([...name].length * 0.6)).join('') },
  { what: 'with one error', lettersMin: 5, least: 0.98, typed: mistyped },
  { what: 'with two errors', lettersMin: 8, least: 0.95, typed: (name, random) => mistyped(mistyped(name, random), random) },
]

/** Mean reciprocal rank among the first ten of a title with the name that was meant (Voorhees, TREC-8), and CPU of each search. */
const measure = async (index: SearchIndex, documents: readonly SearchDocument[], kind: Kind) => {
  const random = seededRandom(16)
  const namesOf = new Map(documents.map(({ id, names }) => [id, names]))
  const asked = documents.map(({ names }) => names[0] ?? '').filter((name) => lettersOf(name) >= kind.lettersMin && random() < 0.1)
  const cpuMs: number[] = []
  let sum = 0
  for (const name of asked) {
    const before = process.cpuUsage()
    const { ids } = await index.search({ text: kind.typed(name, random), first: 10 })
    const { user, system } = process.cpuUsage(before)
    cpuMs.push((user + system) / 1_000)
    const rank = ids.findIndex((id) => namesOf.get(id)?.includes(name))
    if (rank >= 0) sum += 1 / (rank + 1)
  }
  const p95 = cpuMs.toSorted((a, b) => a - b)[Math.floor(cpuMs.length * 0.95)] ?? 0
  return { rank: sum / asked.length, count: asked.length, p95 }
}

const put = async (index: SearchIndex, documents: readonly SearchDocument[]): Promise<void> => {
  for (let at = 0; at < documents.length; at += 1_000) await index.put(documents.slice(at, at + 1_000))
}

/** How well every adapter of the port finds what was meant. */
export const searchRelevance = (adapter: string, open: () => Promise<Opened>): void => {
  const promise = (title: string, check: (index: SearchIndex, t: TestContext) => Promise<void>) =>
    test(`search index, ${adapter}: ${title}`, async (t) => {
      await using opened = await open()
      await check(opened.index, t)
    })
  const found = (documents: readonly SearchDocument[]) => async (index: SearchIndex, t: TestContext) => {
    await put(index, documents)
    for (const kind of kinds) {
      const { rank, count, p95 } = await measure(index, documents, kind)
      t.diagnostic(`${count} names ${kind.what}: MRR@10 ${rank.toFixed(4)}, p95 ${p95.toFixed(1)} ms of CPU`)
      assert.ok(rank >= kind.least, `names ${kind.what}: ${rank.toFixed(4)}, at least ${kind.least} is wanted`)
    }
  }

  promise('titles of the seed are found by their names, begun names and mistyped names', found(seeded))
  const films = movielensFilms()
  if (films !== null) promise('films of MovieLens are found by their names, begun names and mistyped names', found(films))
  else test(`search index, ${adapter}: films of MovieLens`, { skip: 'set CINEGRAPH_TEST_MOVIELENS to the folder of ml-latest-small' })

  promise('titles in twelve scripts are found as members type them', async (index) => {
    const titles = titlesInScripts.map(([name], at) => documentOf({ id: `script-${at}`, names: [name], popularity: 0.1 }))
    await put(index, [...seeded, ...titles])
    const wrong: string[] = []
    for (const [at, [name, typed]] of titlesInScripts.entries()) {
      for (const text of typed) {
        const { ids } = await index.search({ text, first: 5 })
        if (ids[0] !== `script-${at}`) wrong.push(`“${text}” does not find ${name} first, but ${ids[0]}`)
      }
    }
    assert.deepEqual(wrong, [])
  })

  promise('facets count what is found, whatever was typed and filtered', async (index) => {
    await put(index, seeded)
    const genresOf = new Map(seeded.map(({ id, genres }) => [id, genres]))
    for (const text of ['the', 'harbor', 'sig', 'drama', 'mitnight', 'captian']) {
      const { ids, facets } = await index.search({ text, first: 1_000, filters: { region: 'DE', kinds: ['FILM'] } })
      const genres = ids.flatMap((id) => genresOf.get(id) ?? [])
      const counted = [...Map.groupBy(genres, (genre) => genre)].map(([genre, of]) => [genre, of.length] as const)
      assert.deepEqual(facets.genres, Object.fromEntries(counted), text)
    }
  })

  promise('what is typed in no name is answered with the name that is meant, and else with none', async (index) => {
    await index.put([documentOf({ id: 'a', names: ['Harbour Lights'] }), documentOf({ id: 'b', names: ['Silver'], people: ['Ann Lee'] })])
    const meant = async (text: string) => (await index.search({ text, first: 5 })).didYouMean
    assert.equal(await meant('harbor ligths'), 'Harbour Lights')
    assert.equal(await meant('sliver'), 'Silver')
    for (const text of ['Harbour Lights', 'harb', 'lights', 'lights harbour', 'silver', 'ann lee', 'zzzz', '']) {
      assert.equal(await meant(text), null, text)
    }
  })
}
