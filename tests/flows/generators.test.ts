import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { temporaryFolder } from '../boot.ts'
import { startService } from '../run.ts'

const run = promisify(execFile)
const home = join(import.meta.dirname, '..', '..')
/** Made by `npm run migration` and `npm run compose`. */
const generated = ['docs/SUBGRAPHS.md', 'prisma/migrations/', 'supergraph/supergraph.graphql']

/** A copy of what is in the repository or about to be, committed, with the packages that are installed here. */
const copyTree = async (dir: string): Promise<void> => {
  const { stdout } = await run('git', ['ls-files', '-co', '--exclude-standard'], { cwd: home })
  for (const file of stdout.trim().split('\n')) {
    await mkdir(dirname(join(dir, file)), { recursive: true })
    await cp(join(home, file), join(dir, file)).catch(() => undefined)
  }
  await run('git', ['init', '-q'], { cwd: dir })
  await writeFile(join(dir, '.git/info/exclude'), 'node_modules\n')
  await run('git', ['add', '-A'], { cwd: dir })
  await run('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.org', 'commit', '-qm', 'before'], { cwd: dir })
  await symlink(join(home, 'node_modules'), join(dir, 'node_modules'))
}

const changedIn = async (dir: string): Promise<readonly string[]> => {
  const { stdout } = await run('git', ['status', '--porcelain', '--untracked-files=all'], { cwd: dir })
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.slice(3))
}

test('a new subgraph is one folder: composed, migrated, started and asked, it changes no other file', { timeout: 280_000 }, async () => {
  await using folder = await temporaryFolder()
  const dir = join(folder.path, 'a copy')
  await mkdir(dir)
  await copyTree(dir)
  const npm = (...args: readonly string[]) => run('npm', ['run', '--silent', ...args], { cwd: dir })
  await assert.rejects(npm('new:subgraph', '--', 'history'), /is taken/)
  await assert.rejects(npm('new:subgraph', '--', 'origin'), /is taken by the setting/)
  await npm('new:subgraph', '--', 'ratings')
  await npm('migration', '--', 'ratings_first')
  await npm('compose')
  await npm('codegen')

  const own = await run(process.execPath, ['tests/main.ts', 'subgraphs/ratings/ratings.test.ts'], { cwd: dir, env: withoutTestRunner() })
  assert.match(own.stdout, /pass 1/)

  await using service = await startService(join(folder.path, 'data'), ['--no-demo'], { home: dir })
  const response = await fetch(`${service.links.supergraph}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ ratings(id: "n-1") { text } }' }),
  })
  assert.deepEqual(await response.json(), { data: { ratings: null } })

  const others = (await changedIn(dir)).filter((file) => !file.startsWith('subgraphs/ratings/'))
  assert.deepEqual(
    others.filter((file) => !generated.some((each) => file.startsWith(each))),
    [],
  )
  assert.ok(others.includes('docs/SUBGRAPHS.md') && others.includes('supergraph/supergraph.graphql'))
})

test('a new screen and a new topic compile and answer as they are written', { timeout: 280_000 }, async () => {
  await using folder = await temporaryFolder()
  await copyTree(folder.path)
  const npm = (...args: readonly string[]) => run('npm', ['run', '--silent', ...args], { cwd: folder.path })
  await npm('new:topic', '--', 'ratings.given')
  await assert.rejects(npm('new:topic', '--', 'ratings.given'), /is there already/)
  await npm('new:screen', '--', 'tv', 'ratings')
  await assert.rejects(npm('new:screen', '--', 'toaster', 'ratings'), /is a folder of bffs/)
  await npm('compose')
  await npm('codegen')
  await npm('check:types')
  const changed = (await changedIn(folder.path)).toSorted()
  const written = ['documents/ratings.graphql', 'schema.graphql', 'screens/ratings.ts', 'server.ts'].map((file) => `bffs/tv/${file}`)
  assert.deepEqual(changed, [...written, 'platform/contracts/topics/ratings.given.ts'].toSorted())
})

/** NOTE: the runner of these tests marks its children by this variable that they are test files of its own. */
const withoutTestRunner = (): NodeJS.ProcessEnv => ({ ...process.env, NODE_TEST_CONTEXT: undefined })
