import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { composeParts } from './small-graph.ts'

const supergraph = composeParts({ a: { sdl: 'type Query { film: Film } type Film { id: ID! name: String! }', resolvers: {} } })

/** A checkout that serves one suite as the public audit does, its subgraph with it. */
const serve = `
import { createServer } from 'node:http'
const port = Number(process.argv.at(-1))
const base = 'http://127.0.0.1:' + port
const tests = [
  { query: '{ film { id name } }', expected: { data: { film: { id: '1', name: 'A film' } } } },
  { query: '{ film { nothing } }', expected: { errors: true } },
  { query: '{ film { id } }', expected: { data: { film: { id: '2' } } } },
]
const answers = {
  '/supergraphs': JSON.stringify([base + '/simple/supergraph']),
  '/simple/supergraph': ${JSON.stringify(supergraph)}.replace('http://a', base + '/simple/a'),
  '/simple/tests': JSON.stringify(tests),
  '/simple/a': JSON.stringify({ data: { film: { id: '1', name: 'A film' } } }),
}
createServer((request, response) => {
  const answer = answers[request.url]
  request.resume().on('end', () => response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(answer))
}).listen(port, '127.0.0.1')
`

test('the audit runner prints which cases of a checkout fail, and how', async () => {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'cinegraph-audit-'))
  stack.defer(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module', scripts: { start: 'exec node serve.js' } }))
  await writeFile(join(folder, 'serve.js'), serve)
  const runner = spawn(process.execPath, [fileURLToPath(new URL('./audit.main.ts', import.meta.url)), folder], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [printed, [code]] = await Promise.all([Array.fromAsync(runner.stdout as AsyncIterable<Buffer>), once(runner, 'exit')])
  const text = Buffer.concat(printed).toString()
  assert.match(text, /2 passed, 1 failed/)
  assert.match(text, /simple #3.*expected \{"data":\{"film":\{"id":"2"\}\}\}.*answered \{"data":\{"film":\{"id":"1"\}\}\}/s)
  assert.equal(code, 1)
})
