import assert from 'node:assert/strict'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { createHttp } from '#platform/http/server.ts'
import { readCallerFrom } from '#platform/identity/caller.ts'
import { noneEnded } from '#platform/identity/ended-sessions.ts'
import { fillDocuments } from '../../bffs/device/fill-documents.ts'
import { registerOperations } from '../../bffs/device/register.ts'
import { registeredDocuments, sha256 } from '../../bffs/device/registered.ts'
import { createTv } from '../../bffs/tv/server.ts'
import { log, temporaryFolder } from '../boot.ts'
import { subgraphParts } from '../subgraph.ts'

const home = join(import.meta.dirname, '..', '..')
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let app = ''
const bffs = () => join(folder.path, 'bffs')

before(async () => {
  folder = await temporaryFolder()
  app = join(folder.path, 'app')
  await mkdir(join(app, 'parts'), { recursive: true })
  for (const device of ['device', 'tv']) await cp(join(home, 'bffs', device), join(bffs(), device), { recursive: true })
  await writeFile(join(app, 'Shelf.graphql'), 'query Shelf { home { rows { heading cards { ...Tile } } } }')
  await writeFile(join(app, 'parts', 'Tile.graphql'), 'fragment Tile on Card { id name }\nfragment Unused on Card { id }')
})
after(() => folder[Symbol.asyncDispose]())

/** A server that gives back the text it would carry out. */
const echo = (only: boolean) => {
  const { find } = registeredDocuments(join(bffs(), 'tv'), { only })
  const server = createHttp({ name: 'test', log })
  fillDocuments(server, find)
  server.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    handler: async ({ method, query, body }) => ({
      query: ((method === 'GET' ? query : body) as { query?: string } | null)?.query ?? null,
    }),
  })
  return server
}
const post = (server: ReturnType<typeof echo>, payload: object) =>
  server.inject({ method: 'POST', url: '/graphql', payload }).then((answer) => answer.json())

test('an operation of a front-end is registered with its fragments, and asked by its hash', async () => {
  const first = await registerOperations({ device: 'tv', from: app, bffs: bffs() })
  assert.deepEqual(first, { file: 'bffs/tv/registered.json', added: ['Shelf'], kept: 0 })
  const { operations } = JSON.parse(await readFile(join(bffs(), 'tv', 'registered.json'), 'utf8'))
  const [{ id, body }] = operations
  assert.equal(id, sha256(body))
  assert.match(body, /fragment Tile/)
  assert.doesNotMatch(body, /Unused/)
  await using server = echo(true)
  for (const named of [
    { documentId: id },
    { documentId: `sha256:${id}` },
    { extensions: { persistedQuery: { version: 1, sha256Hash: id } } },
    { query: body },
    { documentId: id, query: '{ everything }' },
  ])
    assert.deepEqual(await post(server, named), { query: body }, JSON.stringify(named))
  const get = await server.inject({
    url: '/graphql',
    query: { extensions: JSON.stringify({ persistedQuery: { version: 1, sha256Hash: id } }) },
  })
  assert.deepEqual(get.json(), { query: body })
  const own = await readFile(join(home, 'bffs/tv/documents/home.graphql'), 'utf8')
  assert.equal((await post(server, { documentId: 'home' })).query, own)
})

test('where only registered documents are answered, no other text is carried out, however it is named', async () => {
  await using server = echo(true)
  for (const named of [
    { query: '{ home { degraded } }' },
    { query: '{ home { degraded } }', documentId: 'nothing' },
    { query: '{ home { degraded } }', extensions: { persistedQuery: { version: 1, sha256Hash: sha256('{ home { degraded } }') } } },
    { query: 'query Shelf { home { degraded } }' },
  ])
    assert.equal((await post(server, named)).errors[0].extensions.code, 'DOCUMENT_NOT_REGISTERED', JSON.stringify(named))
  for (const named of [
    { documentId: 'constructor' },
    { documentId: '' },
    { extensions: { persistedQuery: { sha256Hash: 'abc' } } },
    { extensions: 'x' },
  ])
    assert.equal((await post(server, named)).errors[0].extensions.code, 'PERSISTED_QUERY_NOT_FOUND', JSON.stringify(named))
  await using open = echo(false)
  assert.deepEqual(await post(open, { query: '{ home { degraded } }' }), { query: '{ home { degraded } }' })
})

test('older operations stay registered; registering the same again adds nothing', async () => {
  const again = await registerOperations({ device: 'tv', from: app, bffs: bffs() })
  assert.deepEqual(again.added, [])
  await writeFile(join(app, 'Shelf.graphql'), 'query Shelf { home { rows { id cards { ...Tile } } } }')
  const changed = await registerOperations({ device: 'tv', from: app, bffs: bffs() })
  assert.deepEqual([changed.added, changed.kept], [['Shelf'], 1])
  assert.equal(
    registeredDocuments(join(bffs(), 'tv'), { only: true }).texts.size -
      registeredDocuments(join(home, 'bffs/tv'), { only: true }).texts.size,
    2,
  )
})

test('what does not fit the device is refused with file and line, and nothing is registered', async () => {
  const before = await readFile(join(bffs(), 'tv', 'registered.json'), 'utf8')
  const wrong = join(folder.path, 'wrong')
  await mkdir(wrong)
  const fails = async (text: string, expected: RegExp): Promise<void> => {
    await writeFile(join(wrong, 'Wrong.graphql'), text)
    await assert.rejects(registerOperations({ device: 'tv', from: wrong, bffs: bffs() }), { code: 'INPUT_INVALID', message: expected })
  }
  await fails('query Wrong {\n  home {\n    price\n  }\n}', /Wrong\.graphql:3 {2}Cannot query field "price"/)
  await fails('query Wrong {\n  home { ', /Wrong\.graphql:\d+ {2}Syntax Error/)
  await fails('query Wrong { home { rows { ...Missing } } }', /Unknown fragment "Missing"/)
  await fails('{ home { degraded } }', /needs a name/)
  await fails('# nothing', /Syntax Error|no operation/)
  await assert.rejects(registerOperations({ device: 'watch', from: app, bffs: bffs() }), /--device watch is no folder/)
  await assert.rejects(registerOperations({ device: 'device', from: app, bffs: bffs() }), /--device device is no folder/)
  assert.equal(await readFile(join(bffs(), 'tv', 'registered.json'), 'utf8'), before)
})

test('a BFF answers registered documents alone when its settings say so', async () => {
  await using stack = new AsyncDisposableStack()
  const { config, identity, engines } = await subgraphParts(stack)
  const parts = {
    supergraph: () => Promise.reject(new Error('not asked')),
    events: await engines.open('events'),
    createCache: await engines.open('cache'),
    readCaller: readCallerFrom(config, identity, noneEnded),
    allowedOrigins: () => [],
    log,
  }
  const [strict, open] = await Promise.all([createTv({ ...parts, registeredOnly: true }), createTv(parts)])
  stack.defer(() => Promise.all([strict.close(), open.close()]).then(() => undefined))
  const payload = { query: '{ __typename }' }
  assert.equal((await post(strict, payload)).errors[0].extensions.code, 'DOCUMENT_NOT_REGISTERED')
  assert.deepEqual(await post(open, payload), { data: { __typename: 'Query' } })
  assert.equal((await post(strict, { documentId: 'home' })).errors[0].extensions.code, 'UNAUTHENTICATED')
})
