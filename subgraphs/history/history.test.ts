import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Heartbeat, heartbeats } from '#platform/contracts/topics/playback.heartbeats.ts'
import { until } from '../../tests/member.ts'
import { ada, type ServedSubgraph, serveSubgraph } from '../../tests/subgraph.ts'

let history: ServedSubgraph
before(async () => {
  history = await serveSubgraph('history')
})
after(() => history[Symbol.asyncDispose]())

const viewer = { profileId: 'p-fresh' }
const beat = (titleId: string, positionMs: number, secondsAgo: number): Heartbeat => ({
  profileId: viewer.profileId,
  titleId,
  sessionId: `s-${titleId}`,
  deviceId: 'tv-1',
  device: 'tv',
  state: 'playing',
  positionMs,
  durationMs: 100_000,
  at: new Date(Date.now() - secondsAgo * 1000).toISOString(),
})
const entity = async (titleId: string, as: object | null = viewer): Promise<unknown> => {
  const query = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Title { resumePoint { positionMs ended } } } }'
  const { data } = await history.ask(query, { r: [{ __typename: 'Title', id: titleId }] }, as)
  return (data._entities as unknown as { resumePoint: unknown }[])[0]?.resumePoint
}

test('heartbeats in any order, with repeats, leave the latest resume point and one sitting', async () => {
  const beats = [beat('x', 30_000, 20), beat('x', 50_000, 5), beat('x', 40_000, 10), beat('x', 50_000, 5)]
  await history.events.publish(heartbeats, beats)
  await history.events.publish(heartbeats, [beat('x', 10_000, 40)])
  await until('the latest stands', 10_000, async () => JSON.stringify(await entity('x')) === '{"positionMs":50000,"ended":false}')
  const { data } = await history.ask('{ viewingHistory { edges { node { title { id } positionMs } } } }', {}, viewer)
  await until(
    'one sitting from the first to the last',
    10_000,
    async () => (await history.database.prisma.viewing.count({ where: { profileId: viewer.profileId } })) === 1,
  )
  assert.ok(data.viewingHistory)
})

test('what is nearly over has ended, and is not offered to continue', async () => {
  await history.events.publish(heartbeats, [beat('over', 96_000, 1), beat('half', 50_000, 2)])
  await until('both are in', 10_000, async () => (await entity('over')) !== null && (await entity('half')) !== null)
  const { data } = await history.ask('{ continueWatching { title { id } } }', {}, viewer)
  const ids = (data.continueWatching as unknown as { title: { id: string } }[]).map(({ title }) => title.id)
  assert.ok(ids.includes('half') && !ids.includes('over'))
})

test('nobody who is not signed in has a history, and no profile sees another’s', async () => {
  assert.equal(await entity('x', null), null)
  assert.equal(await entity('x', { profileId: ada.profileId }), null)
  assert.deepEqual((await history.ask('{ continueWatching { positionMs } }', {}, null)).data.continueWatching, [])
})

test('the viewing history goes on where a page ended', async () => {
  const pages: string[] = []
  for (let after: string | null = null, more = true; more; ) {
    const { data } = await history.ask(
      'query ($after: String) { viewingHistory(first: 3, after: $after) { edges { node { title { id } } } pageInfo { hasNextPage endCursor } } }',
      { after },
    )
    const page = data.viewingHistory as unknown as {
      edges: { node: { title: { id: string } } }[]
      pageInfo: { hasNextPage: boolean; endCursor: string | null }
    }
    pages.push(...page.edges.map(({ node }) => node.title.id))
    ;({ endCursor: after, hasNextPage: more } = page.pageInfo)
  }
  assert.ok(pages.length >= 6)
  assert.equal(new Set(pages).size, pages.length)
})
