import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readGatewaySettings } from '../../supergraph/gateway/settings.ts'
import { gatewayHelp, settingsSchema } from '../../supergraph/gateway/settings-help.ts'
import { httpGraph } from './http-graph.ts'

const folderIn = async (stack: AsyncDisposableStack): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'cinegraph-settings-'))
  stack.defer(() => rm(folder, { recursive: true }))
  return folder
}

test('the help and the schema of the settings file name every setting, in a sentence', () => {
  const { properties } = settingsSchema() as { readonly properties: Readonly<Record<string, { readonly description?: string }>> }
  const names = Object.keys(properties)
  assert.ok(names.length > 40)
  const help = gatewayHelp()
  for (const name of names) {
    assert.ok((properties[name]?.description ?? '').length > 10, name)
    assert.match(help, new RegExp(`^  ${name} .*${(properties[name]?.description ?? '').slice(0, 10).replaceAll(/[*()]/g, '.')}`, 'm'))
  }
})

test('environment variables stand in the settings file, and one that is missing is named with the path of its setting', async () => {
  await using stack = new AsyncDisposableStack()
  const file = join(await folderIn(stack), 'gateway.yaml')
  await writeFile(
    file,
    `supergraph: a.graphql\nport: \${env.PORT}\nproduction: \${env.PRODUCTION:-true}\nheaders: { set: { x-key: "k \${env.KEY}" } }\ncorsOrigins: ["https://\${env.HOST:-example.com}"]\n`,
  )
  const settings = await readGatewaySettings(['--config', file], { PORT: '4123', KEY: 'secret' })
  assert.deepEqual([settings.port, settings.production, settings.corsOrigins], [4123, true, ['https://example.com']])
  assert.deepEqual(settings.headers.set, { 'x-key': 'k secret' })
  await assert.rejects(readGatewaySettings(['--config', file], { PORT: '1' }), /headers\.set\.x-key.*KEY, which is not set/)
  await writeFile(file, 'supergraph: a.graphql\nlimits: { depth: 3 }\nbatchMax: -1\n')
  await assert.rejects(
    readGatewaySettings(['--config', file]),
    (error: Error) => /limits\.depth/.test(error.message) && /batchMax/.test(error.message),
  )
})

const text = '{ name }'
const id = createHash('md5').update(text).digest('hex')
const manifests = {
  'Apollo’s': { format: 'apollo-persisted-query-manifest', version: 1, operations: [{ id, name: 'Name', type: 'query', body: text }] },
  'Relay’s': { [id]: text },
}
for (const [whose, manifest] of Object.entries(manifests))
  test(`documents of ${whose} manifest are answered by their ids, in the ways that clients ask for them`, async () => {
    await using stack = new AsyncDisposableStack()
    const file = join(await folderIn(stack), 'documents.json')
    await writeFile(file, JSON.stringify(manifest))
    const parts = { a: { sdl: 'type Query { name: String }', resolvers: { Query: { name: () => 'n' } } } }
    await using graph = await httpGraph(parts, { trustedDocuments: { file, only: true } })
    const ask = async (body: object): Promise<unknown> => {
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
      return (await fetch(`${graph.url}/graphql`, init)).json()
    }
    for (const body of [
      { documentId: id },
      { doc_id: id },
      { extensions: { persistedQuery: { version: 1, sha256Hash: id } } },
      { query: text },
    ])
      assert.deepEqual(await ask(body), { data: { name: 'n' } }, JSON.stringify(body))
    assert.match(JSON.stringify(await ask({ query: '{ other: name }' })), /DOCUMENT_NOT_TRUSTED/)
  })
