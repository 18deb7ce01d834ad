import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { buildSchema, type GraphQLSchema, parse } from 'graphql'
import { resumePoints } from '#platform/contracts/topics/history.resumePoints.ts'
import type { GraphqlAnswer } from '#platform/graphql/execute.ts'
import { subscribeOverSse } from '#platform/graphql/over-sse.ts'
import { subgraphNames } from '#platform/settings/subgraphs.ts'
import { readSchema } from '../../bffs/device/documents.ts'
import { bootPlatform, type Platform } from '../boot.ts'
import { until } from '../member.ts'
import { makeHousehold } from './household.ts'
import { argumentsOf, type Operation, operationsOf, outcomeOf, requestFor } from './operations.ts'
import { type Asking, headersOf, type Role, roles } from './roles.ts'
import { type Cells, differences, type Section, sectionOf } from './table.ts'

let platform: Platform
before(async () => {
  platform = await bootPlatform({ remote: subgraphNames })
})
after(() => platform?.[Symbol.asyncDispose]())

const home = join(import.meta.dirname, '../..')
const asPost = (headers: Readonly<Record<string, string>>, body: object) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
})

const tryAs = async (url: string, operation: Operation, role: Role): Promise<string> => {
  const asking = { member: await makeHousehold(platform.database), other: await makeHousehold(platform.database) }
  const headers = await headersOf(role, asking, platform.secrets)
  const request = requestFor(operation, asking.member)
  if (operation.coordinate.startsWith('Subscription.')) return trySubscription(url, { headers, request, asking })
  return outcomeOf((await (await fetch(`${url}/graphql`, asPost(headers, request))).json()) as GraphqlAnswer)
}

type Subscribing = { readonly headers: Readonly<Record<string, string>>; readonly request: { query: string }; readonly asking: Asking }

/** What comes first: events of every profile are published until something does. */
const trySubscription = async (url: string, { headers, request, asking: { member, other } }: Subscribing): Promise<string> => {
  const gone = new AbortController()
  const answers: GraphqlAnswer[] = []
  const events = subscribeOverSse({ url: `${url}/graphql`, headers, request }, gone.signal)
  const done = Array.fromAsync(events, (answer) => void answers.push(answer)).catch((error) => {
    if (!gone.signal.aborted) throw error
  })
  const moved = [member.first, member.second, member.kids, other.first].map(({ profileId }) => ({ profileId, titleId: 't-0001' }))
  const first = await until('an answer', 20_000, async () => {
    if (answers.length === 0) await platform.events.publish(resumePoints, moved)
    return answers[0]
  })
  gone.abort()
  await done
  return outcomeOf(first)
}

/** Every cell of a row, at every place that answers the operation; places that differ are named. */
const rowOf = async (urls: readonly string[], operation: Operation): Promise<Cells> => {
  const tryRole = async (role: Role): Promise<readonly [Role, string]> => {
    const found: string[] = []
    for (const url of urls) found.push(await tryAs(url, operation, role))
    return [role, [...new Set(found)].join(' or ')]
  }
  // NOTE: passwords that many show at a time are refused, whoever they are.
  if (!operation.coordinate.startsWith('Mutation.')) return Object.fromEntries(await Promise.all(roles.map(tryRole))) as Cells
  const cells: (readonly [Role, string])[] = []
  for (const role of roles) cells.push(await tryRole(role))
  return Object.fromEntries(cells) as Cells
}

const tryAll = async (operations: readonly (Operation & { readonly urls: readonly string[] })[]): Promise<Section> => {
  const rows = new Map<string, Cells>()
  for (const { urls, ...operation } of operations) rows.set(operation.coordinate, await rowOf(urls, operation))
  return rows
}

const expectSection = (heading: string, found: Section): void => {
  const wrong = differences(sectionOf(heading), found)
  assert.equal(wrong.length, 0, `${heading}:\n${wrong.join('\n')}\n`)
}

const subgraphSchema = (name: string): GraphQLSchema =>
  buildSubgraphSchema(parse(readFileSync(join(home, 'subgraphs', name, 'schema.graphql'), 'utf8')))
const devices = ['web', 'tv', 'mobile'] as const

test('every operation of every subgraph gives each role what is its own and nothing else, through the supergraph and without it', {
  timeout: 280_000,
}, async () => {
  const operations = subgraphNames.flatMap((name) =>
    operationsOf(subgraphSchema(name)).map((operation) => ({
      ...operation,
      urls: [platform.links.supergraph, platform.remotes[name] ?? ''],
    })),
  )
  expectSection('The supergraph and its subgraphs', await tryAll(operations))
})

test('every operation of every device gives each role what is its own and nothing else', { timeout: 280_000 }, async () => {
  const byCoordinate = Map.groupBy(
    devices.flatMap((device) =>
      operationsOf(buildSchema(readSchema(join(home, 'bffs', device)))).map((operation) => ({ device, operation })),
    ),
    ({ operation }) => operation.coordinate,
  )
  const operations = [...byCoordinate.values()].flatMap((places) => {
    const [first] = places
    return first === undefined ? [] : [{ ...first.operation, urls: places.map(({ device }) => platform.links[device]) }]
  })
  expectSection('What devices ask', await tryAll(operations))
})

test('an entity is given by its reference to whoever may read it, and to nobody else', async () => {
  const query = 'query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }'
  const rows = new Map<string, Cells>()
  for (const type of ['Account', 'Profile'] as const) {
    const cells = roles.map(async (role) => {
      const asking = { member: await makeHousehold(platform.database), other: await makeHousehold(platform.database) }
      const id = type === 'Account' ? asking.member.accountId : asking.member.first.profileId
      const body = { query, variables: { r: [{ __typename: type, id }] } }
      const response = await fetch(`${platform.remotes.profile}/graphql`, asPost(await headersOf(role, asking, platform.secrets), body))
      const { data } = (await response.json()) as { data: { _entities: readonly unknown[] } }
      return [role, data._entities[0] === null ? 'nothing' : 'yes'] as const
    })
    rows.set(type, Object.fromEntries(await Promise.all(cells)) as Cells)
  }
  expectSection('References to what belongs to somebody', rows)
})

test('an operation that has no row is named, and so is a row of one that is gone', () => {
  const cells = Object.fromEntries(roles.map((role) => [role, 'yes'])) as Cells
  const other = { ...cells, nobody: 'denied' }
  assert.match(differences(new Map(), new Map([['Query.new', cells]])).join(), /no row .*Query\.new/)
  assert.match(differences(new Map([['Query.gone', cells]]), new Map()).join(), /not there: Query\.gone/)
  assert.match(differences(new Map([['Query.a', cells]]), new Map([['Query.a', other]])).join(), /not as the row says.*denied/)
  const devices = ['tv', 'mobile', 'web'].map((device) => buildSchema(readSchema(join(home, 'bffs', device))))
  const schemas = [...subgraphNames.map(subgraphSchema), ...devices]
  const known = new Set(schemas.flatMap((schema) => operationsOf(schema).map(({ coordinate }) => coordinate)))
  assert.deepEqual(
    Object.keys(argumentsOf).filter((coordinate) => !known.has(coordinate)),
    [],
  )
})
