import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type ServedSubgraph, serveSubgraph } from '../../tests/subgraph.ts'
import { isAvailable } from './availability.ts'

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

test('an upload is for operators, and is finished when every part has arrived', async () => {
  const start = `mutation { startUpload(input: { title: "Film", bytes: 20000000, sha256: "${'a'.repeat(64)}" }) { id titleId partBytes partUrls } }`
  assert.equal((await catalog.ask(start, {}, null)).errors?.[0]?.extensions.code, 'UNAUTHENTICATED')
  assert.equal((await catalog.ask(start)).errors?.[0]?.extensions.code, 'FORBIDDEN')
  const { data } = await catalog.ask(start, {}, { operator: true })
  const ticket = data.startUpload as unknown as { id: string; partUrls: string[] }
  assert.equal(ticket.partUrls.length, 3)
  const finish = await catalog.ask(`mutation { finishUpload(id: "${ticket.id}") { step } }`, {}, { operator: true })
  assert.match(finish.errors?.[0]?.message ?? '', /Part 1 .* missing/)
})

test('what search finds is what the whole index rebuilt would find', async () => {
  const names = async () =>
    (
      (await catalog.ask('{ search(text: "harbour", first: 50) { titles { name } } }')).data.search as unknown as {
        titles: { name: string }[]
      }
    ).titles.map(({ name }) => name)
  const found = await names()
  assert.ok(found.length >= 3 && found.every((name) => /Harbour/.test(name)))
})
