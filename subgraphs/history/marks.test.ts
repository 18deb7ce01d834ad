import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { type ServedSubgraph, serveSubgraph } from '../../tests/subgraph.ts'
import { listMax } from './my-list.ts'

let history: ServedSubgraph
before(async () => {
  history = await serveSubgraph('history')
})
after(() => history[Symbol.asyncDispose]())

const marks = '{ __typename ... on Title { id inMyList myThumb } ... on MarkRefusal { code } }'
const mutations = {
  add: `mutation ($id: ID!) { done: addToMyList(titleId: $id) ${marks} }`,
  remove: `mutation ($id: ID!) { done: removeFromMyList(titleId: $id) ${marks} }`,
  rate: `mutation ($id: ID!, $thumb: Thumb) { done: setThumb(titleId: $id, thumb: $thumb) ${marks} }`,
}
type Done = { readonly code?: string; readonly inMyList?: boolean; readonly myThumb?: string | null }
const change = async (what: keyof typeof mutations, profileId: string, variables: object): Promise<Done> =>
  (await history.ask(mutations[what], variables, { profileId })).data.done as unknown as Done

type List = {
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly title: { readonly id: string } } }[]
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
}
const page = async (profileId: string, first: number, cursor: string | null): Promise<List> => {
  const query =
    'query ($first: Int!, $after: String) { myList(first: $first, after: $after) { edges { cursor node { title { id } } } pageInfo { hasNextPage endCursor } } }'
  return (await history.ask(query, { first, after: cursor }, { profileId })).data.myList as unknown as List
}
const whole = async (profileId: string, first: number): Promise<readonly string[]> => {
  const ids: string[] = []
  for (let cursor: string | null = null, goesOn = true; goesOn; ) {
    const { edges, pageInfo }: List = await page(profileId, first, cursor)
    ids.push(...edges.map(({ node }) => node.title.id))
    cursor = pageInfo.endCursor
    goesOn = pageInfo.hasNextPage
  }
  return ids
}

test('whatever is added and removed, in whichever pages it is read, the list holds each title once, newest first', async () => {
  let profile = 0
  const step = fc.record({ what: fc.constantFrom('add', 'add', 'remove'), id: fc.constantFrom('t-1', 't-2', 't-3', 't-4', 't-5') })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), fc.integer({ min: 1, max: 4 }), async (steps, first) => {
      profile += 1
      let expected: readonly string[] = []
      for (const { what, id } of steps) {
        const { inMyList } = await change(what as 'add' | 'remove', `list-${profile}`, { id })
        assert.equal(inMyList, what === 'add')
        if (what === 'remove') expected = expected.filter((each) => each !== id)
        else if (!expected.includes(id)) expected = [id, ...expected]
      }
      assert.deepEqual(await whole(`list-${profile}`, first), expected)
    }),
    { numRuns: 25 },
  )
})

test('a page of a list goes on where it ended, also when titles before and behind it have come and gone', async () => {
  for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) await change('add', 'p-paged', { id })
  const { edges, pageInfo } = await page('p-paged', 2, null)
  assert.deepEqual(
    edges.map(({ node }) => node.title.id),
    ['f', 'e'],
  )
  await change('add', 'p-paged', { id: 'g' })
  for (const id of ['e', 'c']) await change('remove', 'p-paged', { id })
  const next = await page('p-paged', 10, pageInfo.endCursor)
  assert.deepEqual(
    next.edges.map(({ node }) => node.title.id),
    ['d', 'b', 'a'],
  )
})

test('a list is bounded, however many add to it at once, and says so in words', async () => {
  const { pool } = history.database
  await pool.query(
    `insert into history.list_entry select 'p-full', 'full-' || n, now() - n * interval '1 second' from generate_series(1, $1) n`,
    [listMax - 3],
  )
  const answers = await Promise.all(Array.from({ length: 12 }, (_, at) => change('add', 'p-full', { id: `more-${at}` })))
  assert.equal(answers.filter(({ inMyList }) => inMyList).length, 3)
  assert.deepEqual(new Set(answers.flatMap(({ code }) => code ?? [])), new Set(['LIST_FULL']))
  assert.equal((await change('add', 'p-full', { id: 'full-1' })).inMyList, true, 'what is there already is no more')
})

test('a thumb is set, turned and taken away; the same again changes nothing and is not published again', async () => {
  const rate = (thumb: 'UP' | 'DOWN' | null) => change('rate', 'p-thumbs', { id: 't-9', thumb })
  for (const thumb of ['UP', 'UP', 'DOWN', 'DOWN', null, null] as const) assert.equal((await rate(thumb)).myThumb, thumb)
  const { rows } = await history.database.pool.query<{ readonly count: number }>(
    'select last_value::int as count from history.outbox_id_seq',
  )
  assert.equal(rows[0]?.count, 3, 'one event for each change')
})

test('marks are those of the profile that watches; who is not signed in marks nothing', async () => {
  await change('add', 'p-one', { id: 't-1' })
  await change('rate', 'p-one', { id: 't-1', thumb: 'DOWN' })
  const query =
    'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Title { inMyList myThumb } } ratedTitles(thumb: DOWN) { id } }'
  const seen = async (viewer: object | null) => (await history.ask(query, { r: [{ __typename: 'Title', id: 't-1' }] }, viewer)).data
  assert.deepEqual(await seen({ profileId: 'p-one' }), {
    _entities: [{ inMyList: true, myThumb: 'DOWN' }],
    ratedTitles: [{ id: 't-1' }],
  })
  assert.deepEqual(await seen({ profileId: 'p-two' }), { _entities: [{ inMyList: false, myThumb: null }], ratedTitles: [] })
  assert.deepEqual(await seen(null), { _entities: [{ inMyList: null, myThumb: null }], ratedTitles: [] })
  for (const what of ['add', 'remove', 'rate'] as const) {
    const { errors } = await history.ask(mutations[what], { id: 't-1' }, null)
    assert.equal(errors?.[0]?.extensions.code, 'UNAUTHENTICATED', what)
  }
})
