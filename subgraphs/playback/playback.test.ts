import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { rankEdges } from '#platform/delivery/edge-ranking.ts'
import { serveSubgraph } from '../../tests/subgraph.ts'
import { entitlement } from './entitlement.ts'
import type { PlayFactsQuery } from './operations.generated.ts'

const plan = { streamsMax: 2, heightMax: 1080 }
const facts = (change: object = {}): PlayFactsQuery => ({
  watching: { id: 'p-ada', maturityLimit: 18, account: { id: 'a-demo', subscription: { active: true, plan } } },
  title: { maturity: 12, available: true, media: { state: 'READY', prefix: 'streams/t/u', durationMs: 1_000 } },
  ...change,
})
const codeOf = (given: PlayFactsQuery): string => {
  const result = entitlement(given)
  return 'code' in result ? result.code : 'GRANTED'
}

test('each fact that is missing has its own refusal, the most basic first', () => {
  const { watching, title } = facts()
  assert.ok(watching && title)
  assert.equal(codeOf(facts()), 'GRANTED')
  assert.equal(codeOf(facts({ watching: null, title: null })), 'NOT_SIGNED_IN')
  assert.equal(codeOf(facts({ title: null })), 'NOT_FOUND')
  assert.equal(
    codeOf(facts({ watching: { ...watching, account: { id: 'a-demo', subscription: null } }, title: { ...title, available: false } })),
    'NO_SUBSCRIPTION',
  )
  assert.equal(
    codeOf(facts({ title: { ...title, available: false, maturity: 18 }, watching: { ...watching, maturityLimit: 6 } })),
    'NOT_IN_REGION',
  )
  assert.equal(codeOf(facts({ watching: { ...watching, maturityLimit: 6 } })), 'MATURITY')
  assert.equal(codeOf(facts({ watching: { ...watching, maturityLimit: title.maturity } })), 'GRANTED', 'a title at the limit is shown')
  const media = { state: 'READY' as const, prefix: 'streams/t/u', durationMs: 1_000 }
  for (const missing of [{ state: 'PREPARING' as const }, { prefix: null }, { durationMs: null }])
    assert.equal(codeOf(facts({ title: { ...title, media: { ...media, ...missing } } })), 'NOT_READY')
})

test('a title has one order of edges for everyone, and losing an edge moves only that edge’s titles', () => {
  const edges = ['http://a', 'http://b', 'http://c', 'http://d']
  fc.assert(
    fc.property(fc.uuid(), fc.constantFrom(...edges), (prefix, lost) => {
      const before = rankEdges(edges, prefix)
      assert.deepEqual(rankEdges(edges.toReversed(), prefix), before)
      assert.deepEqual(
        rankEdges(
          edges.filter((edge) => edge !== lost),
          prefix,
        ),
        before.filter((edge) => edge !== lost),
      )
    }),
  )
  const firsts = Array.from({ length: 4_000 }, (_, at) => rankEdges(edges, `streams/${at}`)[0])
  for (const edge of edges) assert.ok(Math.abs(firsts.filter((first) => first === edge).length - 1_000) < 150)
})

const play =
  'mutation { play(titleId: "t-0001", device: { id: "tv", kind: TV }) { __typename ... on Playback { streams { edge hls } } ... on PlayRefusal { code } } }'

test('a granted play names every edge and is written down', async () => {
  await using playback = await serveSubgraph('playback', async () => ({ data: facts() as never }))
  const granted = (await playback.ask(play)).data.play as unknown as { streams: { edge: string; hls: string }[] }
  assert.deepEqual(granted.streams.map(({ edge }) => edge).toSorted(), ['http://edge-a', 'http://edge-b'])
  for (const { edge, hls } of granted.streams) assert.match(hls, new RegExp(`^${edge}/[\\w-]+\\.[\\w-]+/streams/t/u/master\\.m3u8$`))
  const { data } = await playback.ask('{ recentPlaybacks { title { id } } }')
  assert.deepEqual(data.recentPlaybacks, [{ title: { id: 't-0001' } }])
})

test('when the facts cannot be had there is no film', async () => {
  await using playback = await serveSubgraph('playback', async () => ({
    data: { ...facts(), watching: null } as never,
    errors: [{ message: 'profile is down', path: ['watching'] }],
  }))
  const { errors } = await playback.ask(play)
  assert.equal(errors?.[0]?.extensions.code, 'SUBGRAPH_UNAVAILABLE')
})
