import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { get, request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { connect } from 'node:tls'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { readCertificate } from '../../supergraph/gateway/certificate.ts'
import { readGatewaySettings } from '../../supergraph/gateway/settings.ts'
import { selfSigned } from '../certificate.ts'
import { httpGraph } from './http-graph.ts'

const parts = { films: { sdl: 'type Query { film: Int }', resolvers: { Query: { film: () => 1 } } } }

const folderIn = async (stack: AsyncDisposableStack): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'cinegraph-tls-'))
  stack.defer(() => rm(folder, { recursive: true }))
  return folder
}

test('clients come by TLS, over HTTP and WebSockets; who speaks plainly, or an old version, gets nothing', async () => {
  await using stack = new AsyncDisposableStack()
  const { cert, key } = selfSigned()
  const graph = stack.use(await httpGraph(parts, {}, { cert, key }))
  assert.match(graph.url, /^https:/)
  const answer = await new Promise<string>((resolve, reject) => {
    const asked = request(
      `${graph.url}/graphql`,
      { method: 'POST', ca: cert, headers: { 'content-type': 'application/json' } },
      (response) => text(response).then(resolve, reject),
    )
    asked.on('error', reject).end('{"query":"{ film }"}')
  })
  assert.equal(answer, '{"data":{"film":1}}')
  const Trusting = class extends WebSocket {
    constructor(url: string, protocols: string) {
      super(url, protocols, { ca: cert })
    }
  }
  const client = createClient({ url: `${graph.url.replace('https', 'wss')}/graphql`, webSocketImpl: Trusting })
  stack.defer(async () => client.dispose())
  for await (const each of client.iterate({ query: '{ film }' })) assert.deepEqual(each, { data: { film: 1 } })
  await assert.rejects(fetch(`${graph.url.replace('https', 'http')}/graphql?query={film}`))
  await assert.rejects(new Promise((_, reject) => get(`${graph.url}/health/live`).on('error', reject)), /self-signed/)
  const { port } = new URL(graph.url)
  const old = connect({ port: Number(port), host: '127.0.0.1', ca: cert, maxVersion: 'TLSv1.1', minVersion: 'TLSv1' })
  await assert.rejects(new Promise((resolve, reject) => old.on('secureConnect', resolve).on('error', reject)))
})

test('files of a certificate are named beside the settings; what cannot serve stops the start in words', async () => {
  await using stack = new AsyncDisposableStack()
  const folder = await folderIn(stack)
  const file = join(folder, 'gateway.yaml')
  await writeFile(file, 'supergraph: a.graphql\ntls: { cert: cert.pem, key: key.pem }\n')
  const { tls } = await readGatewaySettings(['--config', file])
  assert.deepEqual(tls, { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') })
  await assert.rejects(readCertificate(tls), /tls\.cert.*ENOENT/)
  const [one, other] = [selfSigned(), selfSigned()]
  await writeFile(join(folder, 'cert.pem'), one.cert)
  await writeFile(join(folder, 'key.pem'), other.key)
  await assert.rejects(readCertificate(tls), /the certificate and the key do not serve/)
  await writeFile(join(folder, 'key.pem'), 'nonsense')
  await assert.rejects(readCertificate(tls), /the certificate and the key do not serve/)
  await writeFile(join(folder, 'key.pem'), one.key)
  assert.deepEqual(await readCertificate(tls), one)
})
