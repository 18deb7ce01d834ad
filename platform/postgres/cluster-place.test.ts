import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { createLog } from '#platform/observe/log.ts'
import { locateInstallation } from '#platform/postgres/binaries.ts'
import { createClient } from '#platform/postgres/connections.ts'
import { startPostgres } from '#platform/postgres/server.ts'
import { freePort } from '#platform/process/free-port.ts'

const log = createLog('test', 'silent')
const isRoot = process.getuid?.() === 0
if (!isRoot) console.warn('Not run as root: where a cluster lies that the account of a root-run server owns is not tried.')

/** A folder for data folders, which the server's account can enter or not. */
const folderFor = async (stack: AsyncDisposableStack, mode: number): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'cinegraph-cluster-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  await chmod(folder, mode)
  return folder
}

/** Starts the server of a data folder, and works with its database. */
const withServer = async <T>(dataDir: string, work: (ask: (sql: string) => Promise<readonly object[]>) => Promise<T>): Promise<T> => {
  await mkdir(dataDir, { recursive: true })
  await using server = await startPostgres({ dataDir, port: await freePort(), password: 'secret', log })
  const client = createClient({ connectionString: server.url('postgres') })
  await client.connect()
  try {
    return await work(async (sql) => (await client.query(sql)).rows)
  } finally {
    await client.end()
  }
}
const keep = (dataDir: string, text: string) =>
  withServer(dataDir, async (ask) => {
    await ask('CREATE TABLE IF NOT EXISTS kept (text text)')
    await ask(`INSERT INTO kept VALUES ('${text}')`)
  })
const keptIn = (dataDir: string) =>
  withServer(dataDir, async (ask) => (await ask('SELECT text FROM kept ORDER BY 1')).flatMap(Object.values))
const copy = (from: string, to: string): void => void execFileSync('cp', ['-a', from, to])

test('a copied data folder has a database of its own, and a moved one takes its database along, whatever is left where it was', async () => {
  await using stack = new AsyncDisposableStack()
  const root = await folderFor(stack, 0o755)
  const [first, backup, moved] = ['first data', 'backup', 'moved'].map((name) => join(root, name)) as [string, string, string]
  await keep(first, 'before')
  copy(first, backup)
  await withServer(first, async (ask) => {
    await ask("INSERT INTO kept VALUES ('after')")
    assert.deepEqual(await keptIn(backup), ['before'], 'both run at a time')
    assert.deepEqual(await ask('SELECT count(*)::int AS n FROM kept'), [{ n: 2 }])
  })
  await rename(first, moved)
  await mkdir(join(first, 'database'), { recursive: true })
  assert.deepEqual(await keptIn(moved), ['after', 'before'])
})

test('a note of a place from before, which is no more, does not lead away from the database of the folder', async () => {
  if (!isRoot) return
  await using stack = new AsyncDisposableStack()
  const data = join(await folderFor(stack, 0o755), 'data')
  await keep(data, 'mine')
  await writeFile(join(data, 'postgres-location'), '/somewhere/else/database/postgres')
  assert.deepEqual(await keptIn(data), ['mine'])
  await rm(join(data, 'database'), { recursive: true })
  await writeFile(join(data, 'postgres-location'), '/somewhere/else/database/postgres')
  await assert.rejects(locateInstallation(data), /is not at \/somewhere\/else.*Copy it from a backup/)
})

test('where the account may not go, the database lies outside: a copy does not take it, a moved folder does, a backup is restored', async () => {
  if (!isRoot) return
  await using stack = new AsyncDisposableStack()
  const root = await folderFor(stack, 0o700)
  const [first, backup, moved] = ['first', 'backup', 'moved'].map((name) => join(root, name)) as [string, string, string]
  await keep(first, 'before')
  const { cluster } = await locateInstallation(first)
  stack.defer(() => rm(dirname(dirname(cluster)), { recursive: true }))
  assert.ok(!cluster.startsWith(root), cluster)
  copy(first, backup)
  await assert.rejects(locateInstallation(backup), /belongs to the data folder .*first, of which this one is a copy.*copy .* to .*database/)
  copy(dirname(cluster), join(backup, 'database'))
  await keep(first, 'after')
  assert.deepEqual(await keptIn(backup), ['before'])
  const restored = (await locateInstallation(backup)).cluster
  stack.defer(() => rm(dirname(dirname(restored)), { recursive: true }))
  assert.ok(!restored.startsWith(root) && restored !== cluster)
  assert.ok(!(await readdir(backup)).includes('database'))
  await rename(first, moved)
  assert.deepEqual(await keptIn(moved), ['after', 'before'])
})
