import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { processBirth } from '#platform/process/birth.ts'
import { freePort } from '#platform/process/free-port.ts'
import { subgraphNames } from '#platform/settings/subgraphs.ts'
import { makeFootage } from '../workers/transcode/footage.ts'
import { copyDatabase, temporaryFolder } from './boot.ts'
import { Device, until } from './member.ts'
import { freePortBase } from './run.ts'

const home = join(import.meta.dirname, '..')
const readme = await readFile(join(home, 'README.md'), 'utf8')
const commands = [...readme.matchAll(/^```\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) => block.trim().split('\n'))

type Running = { readonly process: ChildProcess; readonly text: () => string; readonly ended: Promise<number | null> }

const npm = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Running => {
  const child = spawn('npm', [...args], { cwd: home, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk))
  return { process: child, text: () => text, ended: once(child, 'close').then(([code]) => code as number | null) }
}

const stop = async ({ process: child, ended }: Running): Promise<void> => {
  child.kill('SIGTERM')
  await ended
}

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let service: Running
const data = () => join(folder.path, 'data')

before(async () => {
  folder = await temporaryFolder()
  service = npm(['start', '--', '--data', data(), '--port-base', String(await freePortBase()), '--no-demo-footage'])
  await until('npm start', 60_000, async () => service.text().includes('Cinegraph is up'))
})
after(async () => {
  await stop(service)
  await folder[Symbol.asyncDispose]()
})

/** How each command of the README is carried out here; one that is not in this list fails. */
const carriedOut: Readonly<Record<string, () => Promise<void>>> = {
  'npm start': async () => {
    const links = JSON.parse(await readFile(join(data(), 'links.json'), 'utf8'))
    assert.match(await (await fetch(links.web)).text(), /<title>Cinegraph<\/title>/)
    assert.ok(service.text().includes(links.explorer))
    const explorer = await fetch(links.explorer)
    assert.match(await explorer.text(), /Open in Apollo Sandbox/)
    for (const asset of ['react.js', 'graphiql.js', 'graphiql.css']) assert.equal((await fetch(`${links.explorer}/${asset}`)).status, 200)
  },
  'npm run ingest -- film.mp4 --title "My film" --maturity 12 --genre Drama': async () => {
    const film = await makeFootage(0, 4, folder.path)
    const ingest = npm(['run', 'ingest', '--', film, '--title', 'My film', '--maturity', '12', '--genre', 'Drama', '--data', data()])
    assert.equal(await ingest.ended, 0, ingest.text())
    const titleId = /#\/title\/([\w-]+)/.exec(ingest.text())?.[1] ?? ''
    const tv = new Device(JSON.parse(await readFile(join(data(), 'links.json'), 'utf8')), 'tv')
    await tv.signIn()
    assert.ok('streams' in (await tv.play(titleId)))
    const refused = npm(['run', 'ingest', '--', join(home, 'README.md'), '--title', 'Words', '--data', data()])
    assert.notEqual(await refused.ended, 0)
    assert.match(refused.text(), /cannot be read/)
  },
  'npm start -- --help': async () => {
    const help = npm(['start', '--', '--help'])
    assert.equal(await help.ended, 0)
    assert.match(help.text(), /--port-base/)
  },
  'DATABASE_URL=postgresql://… npm run subgraph -- history': async () => {
    await using database = await copyDatabase()
    const alone = npm(['run', 'subgraph', '--', 'history', '--data', data()], { DATABASE_URL: database.url })
    const url = await until('the subgraph listens', 20_000, async () => /Server listening at (http:\S+?)"/.exec(alone.text())?.[1])
    assert.equal((await fetch(`${url}/health/ready`)).status, 200)
    await stop(alone)
  },
  'npm run supergraph -- --supergraph any.graphql --port 4000': async () => {
    const file = join(home, 'supergraph/supergraph.graphql')
    const config = join(folder.path, 'gateway.json')
    const { supergraph } = JSON.parse(await readFile(join(data(), 'links.json'), 'utf8')) as { supergraph: string }
    const subgraphs = Object.fromEntries(subgraphNames.map((name) => [name, { url: `${supergraph}/graphql` }]))
    await writeFile(config, JSON.stringify({ subgraphs }))
    const port = await freePort()
    const alone = npm(['run', 'supergraph', '--', '--supergraph', file, '--port', String(port), '--config', config])
    await until('the gateway listens', 20_000, async () => alone.text().includes('answers at'))
    const answer = await fetch(`http://127.0.0.1:${port}/graphql?query={__typename}`)
    assert.deepEqual(await answer.json(), { data: { __typename: 'Query' } })
    const taken = npm(['run', 'supergraph', '--', '--supergraph', file, '--port', String(port), '--config', config])
    assert.notEqual(await taken.ended, 0)
    assert.match(taken.text(), /Port \d+ \(gateway\) is taken/)
    await stop(alone)
    const unknown = npm(['run', 'supergraph', '--', '--supergraf', file])
    assert.notEqual(await unknown.ended, 0)
    assert.match(unknown.text(), /--supergraf cannot be used/)
  },
  'npm run check': async () => assert.match(await readFile(join(home, '.ci/run'), 'utf8'), /^npm run check$/m),
  'npm test': async () => assert.match(await readFile(join(home, '.ci/run'), 'utf8'), /^npm test$/m),
}

for (const command of new Set(commands)) {
  test(`README: ${command}`, async () => {
    const carryOut = carriedOut[command]
    assert.ok(carryOut, 'this command is carried out by no test')
    await carryOut()
  })
}

test('the README has fewer than 600 words and a picture that is there', async () => {
  assert.ok(readme.split(/\s+/).length < 600)
  assert.match(await readFile(join(home, 'docs/flows.svg'), 'utf8'), /<svg/)
})

test('SIGTERM to `npm start` stops everything that it started', async () => {
  await using other = await temporaryFolder()
  const started = npm(['start', '--', '--data', other.path, '--port-base', String(await freePortBase()), '--no-demo-footage'])
  await until('npm start', 60_000, async () => started.text().includes('Cinegraph is up'))
  const { pid } = JSON.parse(await readFile(join(other.path, 'lock'), 'utf8')) as { pid: number }
  await stop(started)
  assert.equal(processBirth(pid), null)
})
