import assert from 'node:assert/strict'
import test from 'node:test'
import { buildSchema } from 'graphql'
import { withoutCertainTypes } from './certain-types.ts'
import type { FetchNode, Requirement } from './planner.ts'

const schema = buildSchema(`
  type Query { user: User anything: Any node: Node }
  interface Node { id: ID! owner: User }
  union Any = User | Film
  type User implements Node { id: ID! owner: User films: [Film!]! }
  type Film implements Node { id: ID! owner: User next: Any }`)

const fetch = (operation: string, requires?: readonly Requirement[]): FetchNode => ({
  kind: 'Fetch',
  subgraph: 'a',
  operationKind: 'query',
  operation,
  variables: [],
  rewrites: [],
  ...(requires && { entities: [{ alias: '_entities', variable: 'r', paths: [], requires, typenames: [], rewrites: [] }] }),
})
const askedIn = (operation: string): string => (withoutCertainTypes(fetch(operation), schema) as FetchNode).operation

test('a type is asked only where there can be several', () => {
  assert.equal(askedIn('{user{__typename id films{__typename owner{__typename}}}}'), '{user{id films{owner{__typename}}}}')
  assert.equal(
    askedIn('{anything{__typename ...on User{__typename films{__typename id}}}node{__typename owner{__typename id}}}'),
    '{anything{__typename ...on User{__typename films{id}}}node{__typename owner{id}}}',
  )
  assert.equal(
    askedIn('{user{kind:__typename ...on User{__typename id}...on Node{__typename}}}'),
    '{user{kind:__typename ...on User{id}...on Node{__typename}}}',
  )
  assert.equal(
    askedIn('{node{...a}}fragment a on User{__typename films{__typename id}}'),
    '{node{...a}}fragment a on User{__typename films{id}}',
  )
})

test('entities that have to be distinguished keep their types', () => {
  const on = (type: string, ...selections: readonly Requirement[]): Requirement => ({ kind: 'On', type, selections })
  const id: Requirement = { kind: 'Field', name: 'id', key: 'id', selections: null }
  const type: Requirement = { kind: 'Field', name: '__typename', key: '__typename', selections: null }
  const films: Requirement = { kind: 'Field', name: 'films', key: 'films', selections: [type, id] }
  const root = fetch('{user{__typename id}}')
  const planWith = (requires: readonly Requirement[]): string => {
    const entities = fetch('query($r:[_Any!]!){_entities(representations:$r){...on User{films{__typename id}}}}', requires)
    const plan = withoutCertainTypes({ kind: 'Sequence', nodes: [root, entities] }, schema)
    assert.ok(plan.kind === 'Sequence')
    return (plan.nodes[0] as FetchNode).operation
  }
  assert.equal(planWith([on('User', type, id)]), '{user{id}}')
  for (const requires of [[on('User', id), on('Film', id)], [on('Node', id)], [on('User', on('User', id))], [on('User', id, films)]])
    assert.equal(planWith(requires), root.operation)
})
