import assert from 'node:assert/strict'
import { execFile as execFileWithCallback } from 'node:child_process'
import { glob, mkdir, readFile, rename, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { processBirth } from '#platform/process/birth.ts'
import { freePort } from '#platform/process/free-port.ts'
import { subgraphNames } from '#platform/settings/subgraphs.ts'
import { seedMembers } from '../prisma/seed/members.ts'
import { makeFootage } from '../workers/transcode/footage.ts'
import { copyDatabase, temporaryFolder } from './boot.ts'
import { makeClone, ownPath, type Running, type } from './clone.ts'
import { Device, until } from './member.ts'
import { childrenOf, freePortBase } from './run.ts'

const execFile = promisify(execFileWithCallback)
const home = join(import.meta.dirname, '..')
const read = (file: string): Promise<string> => readFile(join(home, file), 'utf8')
const files = ['README.md', 'CONTRIBUTING.md', ...(await Array.fromAsync(glob('docs/**/*.md', { cwd: home }))).toSorted()]
const texts = await Promise.all(files.map(read))
const readme = texts[0] ?? ''
const isCommand = /^([A-Z_]+=\S* )*(npm|npx|node|curl|kill) /
/** Every command in a block or between backticks; in a block a line is one. */
const commands = new Set(
  texts
    .flatMap((text) => [
      ...[...text.matchAll(/^```(?:sh|bash)?\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) => block.trim().split('\n')),
      ...[...text.matchAll(/(?<!`)`([^`\n]+)`(?!`)/g)].map(([, code = '']) => code),
    ])
    .filter((each) => isCommand.test(each)),
)

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let clone = ''
let service: Running
const data = () => join(folder.path, 'my data')
/** A command typed in the clone by a person who has the data folder of the running service in the environment. */
const typed = (line: string, env: Readonly<Record<string, string>> = {}): Running =>
  type(line, clone, { PATH: ownPath(), NODE_OPTIONS: undefined, CINEGRAPH_DATA: data(), ...env })
const succeed = async (line: string, env: Readonly<Record<string, string>> = {}): Promise<string> => {
  const running = typed(line, env)
  assert.equal(await running.ended, 0, `${line}\n${running.text()}`)
  return running.text()
}
const stop = async ({ process: child, ended }: Running): Promise<void> => {
  child.kill('SIGTERM')
  await ended
}
const links = async () => JSON.parse(await readFile(join(data(), 'links.json'), 'utf8'))

before(async () => {
  folder = await temporaryFolder()
  clone = await makeClone(folder.path)
  service = typed('npm start', { CINEGRAPH_PORT_BASE: String(await freePortBase()), CINEGRAPH_DEMO_FOOTAGE: 'false' })
  await until('npm start', 180_000, async () => {
    if (service.process.exitCode !== null) throw new Error(service.text())
    return service.text().includes('Cinegraph is up')
  })
})
after(async () => {
  await stop(service)
  await folder[Symbol.asyncDispose]()
})

/** How each command is carried out, in the clone, after `npm start`; one that is in neither list fails. */
const carriedOut: Readonly<Record<string, () => Promise<void>>> = {
  'npm start': async () => {
    const { web, explorer } = await links()
    assert.match(await (await fetch(web)).text(), /<title>Cinegraph<\/title>/)
    assert.ok(service.text().includes(explorer))
    assert.match(await (await fetch(explorer)).text(), /Open in Apollo Sandbox/)
    for (const asset of ['react.js', 'graphiql.js', 'graphiql.css']) assert.equal((await fetch(`${explorer}/${asset}`)).status, 200)
    assert.doesNotMatch(service.text(), /FATAL|ERROR|WARN/, 'a start is not alarming')
  },
  'npm run codegen': async () => {
    await succeed('npm run codegen')
    assert.match(await readFile(join(clone, 'bffs/web/documents.generated.ts'), 'utf8'), /SignInMutation/)
  },
  'npm run compose': async () => {
    const before = await readFile(join(clone, 'supergraph/supergraph.graphql'), 'utf8')
    await succeed('npm run compose')
    assert.equal(await readFile(join(clone, 'supergraph/supergraph.graphql'), 'utf8'), before)
  },
  'npm run ingest -- film.mp4 --title "My film" --maturity 12 --genre Drama': async () => {
    const film = await makeFootage(0, 4, { workDir: folder.path })
    await rename(film, join(clone, 'film.mp4'))
    const text = await succeed('npm run ingest -- film.mp4 --title "My film" --maturity 12 --genre Drama')
    const titleId = /#\/title\/([\w-]+)/.exec(text)?.[1] ?? ''
    const tv = new Device(await links(), 'tv')
    await tv.signIn()
    assert.ok('streams' in (await tv.play(titleId)))
    const refused = typed('npm run ingest -- README.md --title Words')
    assert.notEqual(await refused.ended, 0)
    assert.match(refused.text(), /cannot be read/)
  },
  'npm start -- --help': async () => assert.match(await succeed('npm start -- --help'), /--port-base/),
  'DATABASE_URL=postgresql://… npm run subgraph -- history': async () => {
    await using database = await copyDatabase()
    const alone = typed('npm run subgraph -- history', { DATABASE_URL: database.url })
    const url = await until('the subgraph listens', 60_000, async () => /Server listening at (http:\S+?)"/.exec(alone.text())?.[1])
    assert.equal((await fetch(`${url}/health/ready`)).status, 200)
    await stop(alone)
  },
  'npm run events': async () => assert.match(await succeed('npm run events'), /how far each group is behind/),
  'npm run ingest': async () => {
    const usage = typed('npm run ingest')
    assert.notEqual(await usage.ended, 0)
    assert.match(usage.text(), /Usage: npm run ingest -- film\.mp4 --title/)
  },
  'npm run supergraph': async () => {
    const bare = typed('npm run supergraph')
    assert.notEqual(await bare.ended, 0)
    assert.match(bare.text(), /--supergraph/)
  },
  'npm run supergraph -- --help': async () => assert.match(await succeed('npm run supergraph -- --help'), /--supergraph FILE/),
  'npm run router:package -- router': async () =>
    assert.match(await succeed('npm run router:package -- router'), /cinegraph-router is in router/),
  'npm run supergraph -- --schema': async () => assert.match(await succeed('npm run supergraph -- --schema'), /"planMs"/),
  'npm run supergraph -- --supergraph any.graphql --port 4000': () => gatewayRuns({ config: false }),
  'npm run supergraph -- --supergraph supergraph.graphql --port 4000 --config gateway.yaml': () => gatewayRuns({ config: true }),
  'npm run dev': async () => {
    const port = String(await freePortBase())
    const dev = typed(`npm run dev -- --data '${join(folder.path, 'dev data')}' --port-base ${port} --no-demo-footage`)
    const ups = (): number => dev.text().split('Cinegraph is up').length - 1
    await until('npm run dev', 120_000, async () => ups() === 1)
    await utimes(join(clone, 'subgraphs/recs/server.ts'), new Date(), new Date())
    await until('a change starts it again', 120_000, async () => ups() === 2)
    await stop(dev)
  },
  'npm run bff:register -- --device tv --from FOLDER': async () => {
    const app = join(folder.path, 'tv app')
    await mkdir(app)
    await writeFile(join(app, 'Shelf.graphql'), 'query Shelf { home { degraded } }')
    assert.match(await succeed(`npm run bff:register -- --device tv --from '${app}'`), /bffs\/tv\/registered\.json: Shelf/)
  },
  'npm run bff:register': async () => {
    const usage = typed('npm run bff:register')
    assert.equal(await usage.ended, 1)
    assert.match(usage.text(), /--device tv --from FOLDER/)
  },
  'npm run bff:register -- --device tv --from ../tv-app/src': async () => {
    const missing = typed('npm run bff:register -- --device tv --from no-such-folder')
    assert.equal(await missing.ended, 1)
    assert.match(missing.text(), /holds no operation/)
  },
  'npm run schema:check': async () => {
    const author = ['-c', 'user.name=test', '-c', 'user.email=test@example.org', '-c', 'commit.gpgsign=false']
    for (const args of [
      ['init', '--quiet'],
      ['add', 'subgraphs', 'bffs'],
      [...author, 'commit', '--quiet', '--message', 'Begin'],
    ])
      await execFile('git', ['-C', clone, ...args])
    assert.match(await succeed('npm run schema:check'), /Against HEAD: nothing has changed/)
  },
  'npm run schema:check -- --against main': async () => {
    const refused = typed('npm run schema:check -- --against no-such-branch')
    assert.equal(await refused.ended, 1)
    assert.match(refused.text(), /git knows no commit, branch or tag of that name/)
  },
  'npm run contracts': async () => void (await succeed('npm run contracts')),
  'npm run check': async () => void (await succeed('npm run check')),
  'npm test': async () => assert.match(await succeed('npm test -- platform/settings/config.test.ts'), /ℹ fail 0/),
}

/** Commands that need what is not here, or minutes, and where else they are carried out. */
const elsewhere: Readonly<Record<string, string>> = {
  'npm run audit -- <checkout>': 'tests/federation/audit.test.ts runs the same cases; the checkout is somebody else’s',
  'npm run differential': 'tests/federation/invented.test.ts does the same with graphs of its own',
  'npm run differential -- your-supergraph.graphql': 'tests/federation/invented.test.ts does the same with graphs of its own',
  ...Object.fromEntries(
    [
      'npm run migration -- NAME',
      'npm run migration -- add_ratings',
      'npm run new:subgraph -- NAME',
      'npm run new:subgraph -- ratings',
      'npm run new:topic -- <owner>.<what>',
      'npm run new:screen -- tv ratings',
      'npm run subgraph -- ratings',
    ].map((command) => [command, 'tests/flows/generators.test.ts makes one']),
  ),
  ...Object.fromEntries(
    [
      'npm test -- FILE',
      'node --test',
      'node --inspect-brk --test FILE',
      'node --inspect-brk subgraphs/recs/main.ts',
      'node --cpu-prof',
    ].map((command) => [command, 'a form, or a tool of Node for a person; tests/flows/supervisor.test.ts opens an inspector']),
  ),
  ...Object.fromEntries(
    ['up redis', 'up ‹name›', 'env', 'status', 'logs redis', 'down'].map((words) => [
      `npm run engines -- ${words}`,
      'deploy/engines/engines.test.ts brings servers up and down; real ones take their packages from registries',
    ]),
  ),
  'npm start -- --data BACKUP': 'platform/postgres/cluster-place.test.ts starts on a copied data folder',
  'npm run faults -- cassandra': 'tests/engines does the same with the engines that are up',
  'npm run faults -- kafka': 'the same',
  'npm run client -- --device tv --out ../tv-client': 'start/client-kit.test.ts installs what it writes',
  'npm install ../tv-client': 'the same',
  'npm pack': 'the same',
  'kill -9': 'a signal of the system; tests/load.ts sends it',
  'npm run engines': 'the same',
  'npm run engines -- up': 'the same',
  'npm run events -- lag': 'tests/flows/events.test.ts asks for the lag of a service that runs',
  'npm start -- --documents registered': 'tests/flows/registered.test.ts asks a BFF with that setting',
  'npm run test:engines': '.ci/engines runs it, on the engines that it brings up',
  'npm run bench:engines': 'a bench takes minutes, and engines that are up',
  'npm run bench:film': 'a bench takes minutes; its parts are functions of the tests',
  'npm run bench:renewals': 'a bench takes minutes; subgraphs/profile/billing tests what it runs',
  'npm run bench:screens': 'a bench takes minutes; its parts are functions of the tests',
  'npm run bench:gateway': 'a bench takes minutes; its parts are functions of the tests',
  'npm run bench:heartbeats': 'a bench takes minutes; its parts are functions of the tests',
  'npm run bench:home': 'a bench takes minutes; its parts are functions of the tests',
}

const gatewayRuns = async ({ config }: { readonly config: boolean }): Promise<void> => {
  const { supergraph } = await links()
  const subgraphs = Object.fromEntries(subgraphNames.map((name) => [name, { url: `${supergraph}/graphql` }]))
  await writeFile(join(folder.path, 'gateway.yaml'), JSON.stringify({ subgraphs }))
  const composed = await readFile(join(clone, 'supergraph/supergraph.graphql'), 'utf8')
  // NOTE: ours names no addresses; that of somebody else does, and needs no config file.
  const file = config ? 'supergraph/supergraph.graphql' : join(folder.path, 'any.graphql')
  await writeFile(join(folder.path, 'any.graphql'), composed.replaceAll(/url: "in-process:[^"]*"/g, `url: "${supergraph}/graphql"`))
  const port = await freePort()
  const line = [
    'npm run supergraph --',
    `--supergraph ${file}`,
    `--port ${port}`,
    ...(config ? [`--config ${join(folder.path, 'gateway.yaml')}`] : []),
  ].join(' ')
  const alone = typed(line)
  await until('the gateway listens', 60_000, async () => alone.text().includes('answers at'))
  const answer = await fetch(`http://127.0.0.1:${port}/graphql?query={__typename}`)
  assert.deepEqual(await answer.json(), { data: { __typename: 'Query' } })
  const taken = typed(line)
  assert.notEqual(await taken.ended, 0)
  assert.match(taken.text(), /Port \d+ \(gateway\) is taken/)
  await stop(alone)
  const unknown = typed(`npm run supergraph -- --supergraf ${file}`)
  assert.notEqual(await unknown.ended, 0)
  assert.match(unknown.text(), /--supergraf cannot be used/)
}

for (const command of commands) {
  if (command in elsewhere) continue
  test(`in a fresh clone: ${command}`, async () => {
    const carryOut = carriedOut[command]
    assert.ok(carryOut, 'this command is carried out by no test')
    await carryOut()
  })
}

test('the README and the page of links name the demo member, and the README those of each kind', async () => {
  for (const { email } of seedMembers) assert.ok(readme.includes(email), email)
  assert.match(service.text(), /Sign in as +demo@cinegraph\.example +popcorn-demo/)
})

test('the README has fewer than 650 words and a picture that is there', async () => {
  assert.ok(readme.split(/\s+/).length < 650)
  assert.match(await read('docs/flows.svg'), /<svg/)
})

test('SIGTERM to `npm start` stops everything that it started, and says so', async () => {
  await using other = await temporaryFolder()
  const args = `--data ${other.path} --port-base ${await freePortBase()} --no-demo-footage`
  const started = typed(`npm start -- ${args}`)
  await until('npm start', 120_000, async () => started.text().includes('Cinegraph is up'))
  const { pid } = JSON.parse(await readFile(join(other.path, 'lock'), 'utf8')) as { pid: number }
  const below = [...childrenOf(pid).values()].map((id) => [id, processBirth(id)] as const)
  assert.equal(below.length, 6)
  await stop(started)
  for (const [id, birth] of [...below, [pid, undefined] as const])
    assert.ok(processBirth(id) === null || processBirth(id) !== (birth ?? processBirth(id)), `process ${id} is gone`)
  const [, said = ''] = started.text().split('Cinegraph is up')
  for (const line of [/start {2}stopping/, /database: stopped after [\d.]+ s/, /start {2}stopped/]) assert.match(said, line)
})
