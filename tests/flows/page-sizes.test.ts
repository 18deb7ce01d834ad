import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serveSubgraph } from '../subgraph.ts'

const sizes: Readonly<Record<string, readonly string[]>> = {
  catalog: ['browse(first: $n) { edges { cursor } }', 'search(text: "a", first: $n) { degraded }'],
  history: ['continueWatching(first: $n) { positionMs }', 'viewingHistory(first: $n) { edges { cursor } }'],
  playback: ['recentPlaybacks(first: $n) { sessionId }'],
  recs: [
    'homeRows(first: $n) { id }',
    'homeRows(titlesPerRow: $n) { id }',
    '_entities(representations: [{ __typename: "Title", id: "t-0001" }]) { ... on Title { similar(first: $n) { id } } }',
  ],
}

for (const [name, fields] of Object.entries(sizes))
  test(`${name} refuses to give no items, fewer, or a great many`, async () => {
    await using subgraph = await serveSubgraph(name)
    for (const field of fields) {
      for (const n of [0, -1, -2_147_483_648, 101, 5_000])
        assert.equal(
          (await subgraph.ask(`query($n: Int!) { ${field} }`, { n })).errors?.[0]?.extensions.code,
          'BAD_USER_INPUT',
          `${field} ${n}`,
        )
      assert.equal((await subgraph.ask(`query($n: Int!) { ${field} }`, { n: 1 })).errors, undefined, field)
    }
  })

test('the catalogue refuses more titles at once than it answers, instead of leaving some out', async () => {
  await using catalog = await serveSubgraph('catalog')
  const ask = (count: number) =>
    catalog.ask('query($ids: [ID!]!) { titles(ids: $ids) { id } }', { ids: Array.from({ length: count }, String) })
  assert.equal((await ask(101)).errors?.[0]?.extensions.code, 'BAD_USER_INPUT')
  assert.equal(((await ask(100)).data.titles as unknown as unknown[]).length, 100)
})

test('a title whose name is asked in a language called as what every object has keeps its name', async () => {
  await using catalog = await serveSubgraph('catalog')
  for (const language of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
    const { data, errors } = await catalog.ask('query($l: String) { title(id: "t-0001") { name(language: $l) plain: name } }', {
      l: language,
    })
    assert.equal(errors, undefined)
    const { name, plain } = data.title as unknown as { readonly name: string; readonly plain: string }
    assert.equal(name, plain)
  }
})

test('a cursor that was made up is refused', async () => {
  await using catalog = await serveSubgraph('catalog')
  await using history = await serveSubgraph('history')
  const cursor = (text: string): string => Buffer.from(text).toString('base64url')
  for (const after of [cursor('[1, "a\\u0000"]'), cursor('["", 1]'), 'x', cursor('null')])
    assert.equal(
      (await catalog.ask('query($a: String) { browse(after: $a) { edges { cursor } } }', { a: after })).errors?.[0]?.extensions.code,
      'BAD_USER_INPUT',
    )
  for (const after of [cursor('-271821-04-20T00:00:00Z'), cursor('+275760-09-13T00:00:00Z'), 'x'])
    assert.equal(
      (await history.ask('query($a: String) { viewingHistory(after: $a) { edges { cursor } } }', { a: after })).errors?.[0]?.extensions
        .code,
      'BAD_USER_INPUT',
    )
})
