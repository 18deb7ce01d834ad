import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { createMiniSearchIndex } from '#platform/adapters/search-index.minisearch.ts'
import { titles } from '#platform/contracts/topics/catalog.titles.ts'
import { ingestFailed } from '#platform/contracts/topics/ingest.failed.ts'
import { log } from '../../tests/boot.ts'
import { until } from '../../tests/member.ts'
import { type ServedSubgraph, serveSubgraph } from '../../tests/subgraph.ts'
import { isAvailable } from './availability.ts'
import { createSearch } from './search.ts'
import { postgresTitles } from './store.postgres.ts'
import type { TitleStore } from './store.ts'
import { titleChanged } from './title-changed.ts'

let catalog: ServedSubgraph
before(async () => {
  catalog = await serveSubgraph('catalog')
})
after(() => catalog[Symbol.asyncDispose]())

type Connection = {
  readonly edges: readonly { readonly node: { readonly id: string } }[]
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string }
}

test('browsing page by page shows each title once, in one order', async () => {
  const seen: string[] = []
  for (let after: string | null = null, more = true; more; ) {
    const { data } = await catalog.ask(
      'query ($after: String) { browse(genre: "Drama", first: 7, after: $after) { edges { node { id } } pageInfo { hasNextPage endCursor } } }',
      { after },
    )
    const page = data.browse as unknown as Connection
    seen.push(...page.edges.map(({ node }) => node.id))
    ;({ endCursor: after, hasNextPage: more } = page.pageInfo)
  }
  assert.ok(seen.length > 15)
  assert.equal(new Set(seen).size, seen.length)
})

test('a cursor or a page size that is none gets a clear error', async () => {
  assert.match((await catalog.ask('{ browse(after: "nonsense") { edges { cursor } } }')).errors?.[0]?.message ?? '', /is not a cursor/)
  assert.match((await catalog.ask('{ browse(first: 5000) { edges { cursor } } }')).errors?.[0]?.message ?? '', /1 to 100/)
})

test('a series has its seasons and episodes in order, an episode its series', async () => {
  const { data } = await catalog.ask('{ title(id: "t-0018") { kind seasons { number episodes { season episode series { id } } } } }')
  const title = data.title as unknown as {
    kind: string
    seasons: { number: number; episodes: { season: number; episode: number; series: { id: string } }[] }[]
  }
  assert.equal(title.kind, 'SERIES')
  assert.deepEqual(
    title.seasons.map((season) => season.number),
    [1, 2],
  )
  assert.deepEqual(
    title.seasons[1]?.episodes.map((episode) => episode.episode),
    [1, 2, 3, 4],
  )
  assert.equal(title.seasons[0]?.episodes[0]?.series.id, 't-0018')
})

test('a name is given in the language asked for, else as it was published', async () => {
  const { data } = await catalog.ask(
    '{ title(id: "t-0204") { name fr: name(language: "fr") de: name(language: "de") en: name(language: "en") } }',
  )
  assert.deepEqual(data.title, { name: '夜の灯台', fr: '夜の灯台', de: 'Leuchtturm bei Nacht', en: 'Lighthouse at Night' })
})

test('rights hold in their region and time, and a region of its own counts before everywhere', () => {
  const at = (day: number) => new Date(Date.UTC(2026, 0, day))
  const rows = [
    { region: '*', startsAt: at(5), endsAt: null },
    { region: 'DE', startsAt: at(1), endsAt: at(10) },
  ]
  assert.deepEqual(
    [4, 5, 20].map((day) => isAvailable(rows, 'US', at(day))),
    [false, true, true],
  )
  assert.deepEqual(
    [1, 9, 10].map((day) => isAvailable(rows, 'DE', at(day))),
    [true, true, false],
  )
  assert.equal(isAvailable([], 'US', at(5)), false)
  assert.equal(isAvailable([{ region: 'FR', startsAt: at(1), endsAt: null }], 'US', at(5)), false)
})

test('an upload is for operators, and is not finished before its parts have arrived', async () => {
  const start = `mutation { startUpload(input: { title: "Film", bytes: 20000000, sha256: "${'a'.repeat(64)}" }) { id titleId partBytes partUrls } }`
  assert.equal((await catalog.ask(start, {}, null)).errors?.[0]?.extensions.code, 'UNAUTHENTICATED')
  assert.equal((await catalog.ask(start)).errors?.[0]?.extensions.code, 'FORBIDDEN')
  const { data } = await catalog.ask(start, {}, { operator: true })
  const ticket = data.startUpload as unknown as { id: string; partUrls: string[] }
  assert.equal(ticket.partUrls.length, 3)
  const finish = await catalog.ask(`mutation { finishUpload(id: "${ticket.id}") { step } }`, {}, { operator: true })
  assert.match(finish.errors?.[0]?.message ?? '', /Part 1 .* missing/)
})

test('a film that is still being sent, or that could not be made, is in no list; its operator sees why', { timeout: 60_000 }, async () => {
  const operator = { operator: true }
  const input = `title: "Unmakeable", genres: ["Unmade"], bytes: 10, sha256: "${'b'.repeat(64)}"`
  const { data } = await catalog.ask(`mutation { startUpload(input: { ${input} }) { id titleId } }`, {}, operator)
  const { id, titleId } = data.startUpload as unknown as { id: string; titleId: string }
  const lists = async () => {
    const answer = await catalog.ask(
      '{ genres browse(genre: "Unmade") { edges { node { id } } } search(text: "Unmakeable") { titles { id } } }',
    )
    const { genres, browse, search } = answer.data as unknown as {
      genres: string[]
      browse: Connection
      search: { titles: { id: string }[] }
    }
    const index = await postgresTitles(catalog.database.prisma).forIndex([titleId])
    return [genres.includes('Unmade'), browse.edges.length, search.titles.filter((found) => found.id === titleId).length, index.length]
  }
  const moveTo = (state: 'PREPARING' | 'READY') => catalog.database.prisma.media.update({ where: { titleId }, data: { state } })
  assert.deepEqual((await lists()).slice(0, 3), [false, 0, 0], 'while it is sent')
  await catalog.database.prisma.availability.create({ data: { titleId, region: '*', startsAt: new Date(0) } })
  await moveTo('PREPARING')
  assert.deepEqual(await lists(), [true, 1, 0, 1], 'while it is made')
  await catalog.events.publish(ingestFailed, [{ uploadId: id, titleId, code: 'SOURCE_UNREADABLE', message: 'it is a text' }])
  const asked = () => catalog.ask(`{ upload(id: "${id}") { step error } title(id: "${titleId}") { media { state } } }`, {}, operator)
  await until('it has failed', 20_000, async () => JSON.stringify((await asked()).data).includes('"failed"'))
  assert.deepEqual(await lists(), [false, 0, 0, 0], 'when it has failed')
  const seen = await asked()
  assert.deepEqual({ ...seen.data }, { upload: { step: 'failed', error: 'it is a text' }, title: { media: { state: 'FAILED' } } })
  await moveTo('READY')
  assert.deepEqual(await lists(), [true, 1, 0, 1], 'and when another try has made it')
})

/** Gives a title another name, as an editor would: in one transaction with its version. */
const rename = (id: string, name: string) =>
  catalog.database.prisma.title.update({ where: { id }, data: { name, translations: {}, version: { increment: 1 } } })

test('what search finds is what the whole index rebuilt would find, in whatever order changes reach it', async () => {
  const store = postgresTitles(catalog.database.prisma)
  const words = ['harbour', 'silver', 'zanzibar', 'kilwa', 'mombasa']
  const deps = { clock: () => new Date(), log }
  const index = createMiniSearchIndex()
  const search = createSearch({ ...deps, index, store })
  await search.rebuild()
  const ids = (await search.find({ text: 'harbour', first: 50, filters: { region: 'US' } })).titles.map(({ id }) => id)
  assert.ok(ids.length >= 3)
  const edits = fc.array(fc.record({ id: fc.constantFrom(...ids), word: fc.constantFrom(...words), isLate: fc.boolean() }), {
    minLength: 1,
    maxLength: 8,
  })
  await fc.assert(
    fc.asyncProperty(edits, async (drawn) => {
      const gate = Promise.withResolvers<void>()
      const read: Promise<unknown>[] = []
      const slowStore: TitleStore = {
        ...store,
        forIndex: async (wanted) => {
          const found = store.forIndex(wanted)
          read.push(found)
          await found
          await gate.promise
          return found
        },
      }
      const late: Promise<void>[] = []
      for (const [at, { id, word, isLate }] of drawn.entries()) {
        if (isLate) late.push(createSearch({ ...deps, index, store: slowStore }).refresh([id]))
        await Promise.all(read)
        await rename(id, `${word} ${at}`)
        await search.refresh([id])
      }
      gate.resolve()
      await Promise.all(late)
      const rebuilt = createSearch({ ...deps, index: createMiniSearchIndex(), store })
      await rebuilt.rebuild()
      for (const text of words) {
        const [found, wanted] = await Promise.all(
          [search, rebuilt].map((each) => each.find({ text, first: 100, filters: { region: 'US' } })),
        )
        assert.deepEqual(found?.titles.map(({ id }) => id).toSorted(), wanted?.titles.map(({ id }) => id).toSorted(), text)
      }
    }),
    { numRuns: 12 },
  )
})

test('a title that changes is found by its new name as soon as the catalogue publishes that it changed', async () => {
  const [title] = await postgresTitles(catalog.database.prisma).forIndex(['t-0018'])
  assert.ok(title)
  const found = async (text: string) =>
    (
      (await catalog.ask('query ($text: String!) { search(text: $text) { titles { id } } }', { text })).data.search as never as {
        titles: { id: string }[]
      }
    ).titles.some(({ id }) => id === title.id)
  assert.equal(await found(title.name), true)
  await rename(title.id, 'Quetzalcoatl')
  await catalog.events.publish(titles, [titleChanged(title, title.people, true)])
  await until('the new name is found', 10_000, () => found('quetzalcoatl'))
  assert.equal(await found(title.name), false)
})
