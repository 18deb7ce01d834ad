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
  await history.events.publish(heartbeats, [beat('x', 10_000, 40), beat('last', 1_000, 1)])
  // NOTE: events of one profile come in order, so that all before the last have been taken in when that one has.
  await until('the last one is in', 10_000, async () => (await entity('last')) !== null)
  assert.deepEqual(await entity('x'), { positionMs: 50_000, ended: false })
  const query = '{ viewingHistory { edges { node { title { id } positionMs startedAt lastAt } } } }'
  type Node = { readonly title: { readonly id: string }; readonly positionMs: number; readonly startedAt: string; readonly lastAt: string }
  const { data } = await history.ask(query, {}, viewer)
  const sittings = (data.viewingHistory as unknown as { readonly edges: readonly { readonly node: Node }[] }).edges.map(({ node }) => node)
  const [sitting, ...more] = sittings.filter(({ title }) => title.id === 'x')
  assert.deepEqual(more, [])
  assert.equal(sitting?.positionMs, 50_000)
  assert.ok(Math.abs(Date.parse(sitting.lastAt) - Date.parse(sitting.startedAt) - 35_000) < 1_000)
})

test('what is nearly over has ended, and is not offered to continue', async () => {
  await history.events.publish(heartbeats, [beat('over', 96_000, 1), beat('half', 50_000, 2)])
  await until('both are in', 10_000, async () => (await entity('over')) !== null && (await entity('half')) !== null)
  assert.deepEqual(
    [await entity('over'), await entity('half')],
    [
      { positionMs: 96_000, ended: true },
      { positionMs: 50_000, ended: false },
    ],
  )
  const { data } = await history.ask('{ continueWatching { title { id } } }', {}, viewer)
  const ids = (data.continueWatching as unknown as { title: { id: string } }[]).map(({ title }) => title.id)
  assert.ok(ids.includes('half') && !ids.includes('over'))
})

test('nobody who is not signed in has a history, and no profile sees another’s', async () => {
  await history.events.publish(heartbeats, [beat('secret', 40_000, 1)])
  await until('its own profile sees it', 10_000, async () => (await entity('secret')) !== null)
  assert.equal(await entity('secret', null), null)
  assert.equal(await entity('secret', { profileId: ada.profileId }), null)
  assert.deepEqual((await history.ask('{ continueWatching { positionMs } }', {}, null)).data.continueWatching, [])
})

test('the viewing history goes on where a page ended, also between sittings that ended at one instant', async () => {
  const at = new Date(Date.now() - 60_000)
  const watcher = { profileId: 'p-binge' }
  const sittings = Array.from({ length: 7 }, (_, n) => ({ ...beat(`same-${n}`, 1_000, 60), ...watcher, at: at.toISOString() }))
  await history.events.publish(heartbeats, [...sittings, { ...beat('newest', 1_000, 1), ...watcher }])
  await until('all are in', 10_000, async () => (await history.database.prisma.viewing.count({ where: watcher })) === 8)
  const pages: string[] = []
  for (let after: string | null = null, more = true; more; ) {
    const { data } = await history.ask(
      'query ($after: String) { viewingHistory(first: 3, after: $after) { edges { node { title { id } } } pageInfo { hasNextPage endCursor } } }',
      { after },
      watcher,
    )
    const page = data.viewingHistory as unknown as {
      edges: { node: { title: { id: string } } }[]
      pageInfo: { hasNextPage: boolean; endCursor: string | null }
    }
    pages.push(...page.edges.map(({ node }) => node.title.id))
    ;({ endCursor: after, hasNextPage: more } = page.pageInfo)
  }
  assert.equal(pages[0], 'newest')
  assert.deepEqual(pages.toSorted(), ['newest', ...sittings.map(({ titleId }) => titleId)].toSorted())
})

test('what is no cursor of the viewing history is refused', async () => {
  for (const after of [
    'nonsense',
    Buffer.from('2026-01-01').toString('base64url'),
    Buffer.from('2026-01-01T00:00:00Z \0').toString('base64url'),
  ]) {
    const { errors } = await history.ask('query ($after: String) { viewingHistory(first: 3, after: $after) { edges { cursor } } }', {
      after,
    })
    assert.equal(errors?.[0]?.extensions.code, 'BAD_USER_INPUT', after)
  }
})

test('ids that cannot be stored are refused at the entrance, and hold nobody else up', async () => {
  for (const id of ['x\0', '\0', 'x\ud800', '\udc00x'])
    for (const name of ['titleId', 'sessionId', 'deviceId', 'profileId'] as const)
      await assert.rejects(history.events.publish(heartbeats, [{ ...beat('bad', 1_000, 1), [name]: id }]), { code: 'INPUT_INVALID' }, name)
  const pages = '{ viewingHistory(first: 1) { pageInfo { endCursor } } }'
  const unset = { profileId: 'p-unset-clock' }
  const beats = ['a', 'b'].map((titleId) => ({ ...beat(titleId, 1_000, 0), ...unset, at: '0000-01-01T00:00:00Z' }))
  await history.events.publish(heartbeats, beats)
  await until('both are in', 10_000, async () => (await entity('b', unset)) !== null)
  const { data } = await history.ask(pages, {}, unset)
  const { endCursor } = (data.viewingHistory as unknown as { readonly pageInfo: { readonly endCursor: string } }).pageInfo
  const next = await history.ask('query ($c: String) { viewingHistory(after: $c) { edges { cursor } } }', { c: endCursor }, unset)
  assert.equal(next.errors, undefined, 'a device whose clock was never set leaves a list that can be turned over')
})
