import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, readdir, rename, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { subgraphNames } from '#platform/settings/subgraphs.ts'
import { copyDatabase, makeSecrets, temporaryFolder } from '../boot.ts'
import { until } from '../member.ts'

const home = join(import.meta.dirname, '..', '..')

/** What a process cannot work without. */
type Need = 'database' | 'neighbours' | 'media'
type Alone = { readonly secrets: readonly string[]; readonly needs: readonly Need[] }

const identity = ['access-public-key', 'service-key']
const ownSecrets: Readonly<Record<string, readonly string[]>> = {
  profile: ['access-private-key'],
  catalog: ['stream-key'],
  playback: ['stream-key'],
}
const mains: Readonly<Record<string, Alone>> = {
  ...Object.fromEntries(
    subgraphNames.map((name) => [
      `subgraphs/${name}/main.ts`,
      { secrets: [...identity, ...(ownSecrets[name] ?? [])], needs: ['database'] },
    ]),
  ),
  ...Object.fromEntries(
    ['tv', 'mobile', 'web'].map((name) => [`bffs/${name}/main.ts`, { secrets: identity, needs: ['database', 'neighbours'] }]),
  ),
  ...Object.fromEntries(
    ['transcode', 'telemetry', 'recs', 'notify'].map((name) => [`workers/${name}/main.ts`, { secrets: [], needs: ['database'] }]),
  ),
  'supergraph/main.ts': { secrets: identity, needs: ['neighbours'] },
  'edge/main.ts': { secrets: ['service-key', 'stream-key'], needs: ['neighbours'] },
  'edge/origin.main.ts': { secrets: ['service-key', 'stream-key'], needs: ['media'] },
}

/** A process that says it is alive, and nothing else. */
const startNeighbour = async (): Promise<{ readonly url: string; readonly stop: () => void }> => {
  const server = createServer((_request, response) => response.end('{}')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stop = (): void => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop }
}

type Launched = { readonly child: ChildProcess; readonly text: () => string; readonly ended: Promise<number | null> }

const launch = (main: string, env: Readonly<Record<string, string>>): Launched => {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(home, main)], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk))
  return { child, text: () => text, ended: once(child, 'close').then(([code]) => code as number | null) }
}

const environment = (data: string, { neighbour, database }: { neighbour: string; database: string }): Readonly<Record<string, string>> => ({
  ...Object.fromEntries(
    ['SUPERGRAPH', 'ORIGIN', ...subgraphNames.map((name) => name.toUpperCase())].map((name) => [`CINEGRAPH_${name}_URL`, neighbour]),
  ),
  CINEGRAPH_EDGE_URLS: neighbour,
  CINEGRAPH_DATA: data,
  DATABASE_URL: database,
})

let all: Awaited<ReturnType<typeof temporaryFolder>>
before(async () => {
  all = await temporaryFolder()
  await makeSecrets(all.path)
})
after(() => all[Symbol.asyncDispose]())

for (const [main, { secrets, needs }] of Object.entries(mains)) {
  test(`${main} runs alone with ${secrets.length} secrets, is ready while it has what it needs, and stops when it is asked to`, async () => {
    await using folder = await temporaryFolder()
    await using database = await copyDatabase()
    const neighbour = await startNeighbour()
    await mkdir(join(folder.path, 'secrets'))
    for (const name of secrets) await copyFile(join(all.path, 'secrets', name), join(folder.path, 'secrets', name))
    const { child, text, ended } = launch(main, environment(folder.path, { neighbour: neighbour.url, database: database.url }))
    try {
      const url = await until(`${main} listens`, 60_000, async () => {
        if (child.exitCode !== null) throw new Error(text())
        return /Server listening at (http:\S+?)"/.exec(text())?.[1]
      })
      const status = async (): Promise<number> => (await fetch(`${url}/health/ready`)).status
      assert.equal((await fetch(`${url}/health/live`)).status, 200, text())
      assert.equal(await status(), 200, text())
      const takeAway: Readonly<Record<Need, () => Promise<void>>> = {
        database: async () => database[Symbol.asyncDispose](),
        neighbours: async () => neighbour.stop(),
        media: async () => {
          await rename(join(folder.path, 'media'), join(folder.path, 'away'))
          await writeFile(join(folder.path, 'media'), 'no folder')
        },
      }
      for (const need of needs.slice(-1)) {
        await takeAway[need]()
        await until(`${main} is not ready without its ${need}`, 20_000, async () => (await status()) === 503)
      }
      assert.equal((await fetch(`${url}/health/live`)).status, 200, 'it is alive all the same')
      assert.deepEqual(await readdir(join(folder.path, 'secrets')), secrets.toSorted(), 'it has made no secret of its own')
    } finally {
      neighbour.stop()
      child.kill('SIGTERM')
    }
    assert.equal(await ended, 0, text())
  })
}

test('an edge without a secret says where to get it, and makes none', async () => {
  await using folder = await temporaryFolder()
  const { text, ended } = launch('edge/main.ts', environment(folder.path, { neighbour: 'http://127.0.0.1:9', database: '' }))
  assert.equal(await ended, 1)
  assert.match(text(), /The secret .*(stream|service)-key is not there\..* copy it from there/)
  assert.deepEqual(await readdir(folder.path), [])
})
