import assert from 'node:assert/strict'
import { glob, readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { getIntrospectionQuery } from 'graphql'
import type { GraphqlAnswer } from '#platform/graphql/execute.ts'
import { bootPlatform, type Platform } from '../boot.ts'
import { Device } from '../member.ts'

const home = fileURLToPath(new URL('../..', import.meta.url))
const ways = ['web', 'tv', 'mobile', 'supergraph'] as const
let platform: Platform
before(async () => {
  platform = await bootPlatform()
})
after(() => platform[Symbol.asyncDispose]())

type Answered = GraphqlAnswer & { readonly status: number; readonly bytes: number }
const post = async (url: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<Answered> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  return { ...(JSON.parse(text) as GraphqlAnswer), status: response.status, bytes: text.length }
}
const codeOf = ({ errors }: GraphqlAnswer): unknown => errors?.[0]?.extensions?.code

const doubling = (levels: number, on: string, inner: (at: number) => string, leaf: string): string =>
  `${Array.from({ length: levels }, (_, at) => `fragment f${at} on ${on} { ${inner(at + 1)} }`).join(' ')} fragment f${levels} on ${on} { ${leaf} }`
const types = doubling(16, '__Type', (at) => `ofType { ...f${at} } a: ofType { ...f${at} }`, 'name')

const attacks: readonly (readonly [string, string])[] = [
  ['fragments that double below __schema', `{ __schema { types { ...f0 } } } ${types}`],
  [
    '__schema under many names',
    `{ ${Array.from({ length: 9 }, (_, at) => `a${at}: __schema { types { fields { type { name fields { name description args { name } } } } } }`).join(' ')} }`,
  ],
  [
    '__type again and again',
    `{ ${Array.from({ length: 30 }, (_, at) => `a${at}: __type(name: "Query") { fields { type { fields { name description } } } }`).join(' ')} }`,
  ],
  ['types behind types behind types', '{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }'],
  ['fragments that double', `{ ...f0 } ${doubling(30, 'Query', (at) => `...f${at} ...f${at}`, '__typename')}`],
  ['one field ten thousand times', `{ ${'__typename '.repeat(9_000)}}`],
  ['ten thousand faults', `{ ${Array.from({ length: 2_400 }, (_, at) => `n${at}`).join(' ')} }`],
  [
    'a home screen under many names',
    `{ ${Array.from({ length: 12 }, (_, at) => `h${at}: __typename`).join(' ')} ${'__typename '.repeat(20)} }`,
  ],
]
for (const [name, query] of attacks)
  test(`${name}: refused at every way in, and nobody waits`, async () => {
    for (const way of ways) {
      const began = process.cpuUsage()
      for (let times = 0; times < 2; times += 1) {
        const answer = await post(`${platform.links[way]}/graphql`, { query })
        assert.ok(
          (answer.data === undefined || answer.data === null) && answer.errors !== undefined,
          `${way}: ${JSON.stringify(answer).slice(0, 200)}`,
        )
        assert.ok(answer.bytes < 20_000, `${way}: ${answer.bytes} bytes`)
      }
      const { user, system } = process.cpuUsage(began)
      assert.ok((user + system) / 1000 < 2_000, `${way}: ${(user + system) / 1000} ms`)
    }
  })

const costly: readonly (readonly [string, object?])[] = [
  ['{ topTen { similar { similar { similar { similar { similar { id } } } } } } }'],
  ['{ topTen { similar(first: -1) { similar(first: -1) { similar(first: -1) { id } } } } }'],
  ['query($n: Int!) { topTen { similar(first: $n) { similar(first: $n) { similar(first: $n) { id } } } } }', { n: 40 }],
  ['query($n: Int!) { topTen { similar(first: $n) { similar(first: $n) { similar(first: $n) { id } } } } }', { n: -2147483648 }],
]
for (const [query, variables] of costly)
  test(`${query.slice(0, 60)}… with ${JSON.stringify(variables)} is refused before anything is planned, and by /explain`, async () => {
    assert.equal(codeOf(await post(`${platform.links.supergraph}/graphql`, { query, variables })), 'QUERY_TOO_COSTLY')
    assert.equal((await post(`${platform.links.supergraph}/explain`, { query, variables })).status, 400)
  })

test('what tools ask at their start is answered everywhere', async () => {
  const all = {
    descriptions: true,
    specifiedByUrl: true,
    directiveIsRepeatable: true,
    schemaDescription: true,
    inputValueDeprecation: true,
    oneOf: true,
  }
  for (const way of ways)
    for (const query of [
      getIntrospectionQuery(),
      getIntrospectionQuery(all),
      '{ _service: __typename __type(name: "Query") { name fields { name } } }',
    ])
      assert.equal((await post(`${platform.links[way]}/graphql`, { query })).errors, undefined, way)
})

test('every operation that is registered passes', async () => {
  const places = {
    web: 'bffs/web/documents',
    tv: 'bffs/tv/documents',
    mobile: 'bffs/mobile/documents',
    supergraph: '{bffs,subgraphs}/*/operations',
  }
  for (const [way, folder] of Object.entries(places)) {
    let asked = 0
    for await (const file of glob(`${folder}/*.graphql`, { cwd: home })) {
      asked += 1
      const query = await readFile(`${home}/${file}`, 'utf8')
      const answer = await post(`${platform.links[way as (typeof ways)[number]]}/graphql`, {
        query,
        variables: { ids: Array.from({ length: 100 }, String), rows: 12, titles: 20, first: 20 },
      })
      assert.doesNotMatch(JSON.stringify(answer.errors ?? ''), /QUERY_TOO/, file)
    }
    assert.ok(asked > 0, folder)
  }
})

test('texts that PostgreSQL cannot store are refused as bad input, wherever they stand', async () => {
  for (const bad of ['\0', 'a\0b', '\ud800', 'x\udfff'])
    for (const way of ways) {
      const literal = JSON.stringify(bad)
      const asked = [
        { query: 'query($id: ID!) { title(id: $id) { id } }', variables: { id: bad } },
        { query: `{ title(id: ${literal}) { id } }` },
        { query: 'mutation($t: String!) { signOut(refreshToken: $t) }', variables: { t: bad } },
        { query: `{ search(text: ${literal}) { __typename } }` },
        { query: 'mutation($e: String!) { signIn(email: $e, password: $e) { __typename } }', variables: { e: bad } },
      ]
      for (const each of asked) {
        const answer = await post(`${platform.links[way]}/graphql`, each)
        assert.ok(
          answer.status < 500 && ['BAD_USER_INPUT', 'GRAPHQL_PARSE_FAILED'].includes(String(codeOf(answer))),
          `${way}: ${JSON.stringify(answer)}`,
        )
      }
      const named = await post(`${platform.links[way]}/graphql`, { query: 'query A { __typename }', operationName: bad })
      assert.ok(named.status < 500)
    }
})

test('names of what every JavaScript object has lose nothing as aliases and as values', async () => {
  const web = new Device(platform.links, 'web')
  await web.signIn()
  const names = ['__proto__', 'constructor', 'toString', 'valueOf', 'hasOwnProperty', '__defineGetter__', 'prototype', 'then']
  for (const way of ways)
    for (const name of names) {
      const query = `{ ${name}: __typename a: __typename } `
      for (let times = 0; times < 3; times += 1) {
        const answer = await post(`${platform.links[way]}/graphql`, { query })
        assert.deepEqual(
          Object.entries(answer.data ?? {}),
          [
            [name, 'Query'],
            ['a', 'Query'],
          ],
          `${way} ${name}`,
        )
      }
    }
  for (const name of names) {
    const query = `{ topTen { ${name}: name(language: ${JSON.stringify(name)}) id ${name}2: similar(first: 1) { ${name}: id } } }`
    const answer = await post(`${platform.links.supergraph}/graphql`, { query })
    assert.equal(answer.errors, undefined, JSON.stringify(answer.errors))
    for (const title of (answer.data as { topTen: Record<string, unknown>[] }).topTen) {
      assert.equal(typeof Object.getOwnPropertyDescriptor(title, name)?.value, 'string', name)
    }
  }
})
