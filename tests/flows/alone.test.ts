import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { subgraphNames } from '#platform/settings/subgraphs.ts'
import { copyDatabase, temporaryFolder } from '../boot.ts'
import { until } from '../member.ts'

const home = join(import.meta.dirname, '..', '..')
const mains = [
  ...subgraphNames.map((name) => `subgraphs/${name}/main.ts`),
  ...['tv', 'mobile', 'web'].map((name) => `bffs/${name}/main.ts`),
  ...['transcode', 'telemetry', 'recs', 'notify'].map((name) => `workers/${name}/main.ts`),
  ...['supergraph/main.ts', 'edge/main.ts', 'edge/origin.main.ts'],
]
const elsewhere = 'http://127.0.0.1:9'

/** Starts one process alone; gives how its health checks answered, and how it ended after SIGTERM. */
const startAlone = async (main: string, env: Readonly<Record<string, string>>) => {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(home, main)], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk))
  const ended = once(child, 'close')
  const url = await until(`${main} listens\n${text}`, 30_000, async () => /Server listening at (http:\S+?)"/.exec(text)?.[1])
  const answers = await Promise.all(
    ['/health/live', '/health/ready', '/metrics'].map(async (path) => (await fetch(`${url}${path}`)).status),
  )
  child.kill('SIGTERM')
  const [code] = await ended
  return { answers, code, text }
}

for (const main of mains) {
  test(`${main} runs alone, is healthy, and stops when it is asked to`, async () => {
    await using folder = await temporaryFolder()
    await using database = await copyDatabase()
    const urls = Object.fromEntries(
      ['supergraph', 'origin', ...subgraphNames].map((name) => [`CINEGRAPH_${name.toUpperCase()}_URL`, elsewhere]),
    )
    const { answers, code, text } = await startAlone(main, {
      ...urls,
      CINEGRAPH_EDGE_URLS: elsewhere,
      CINEGRAPH_DATA: folder.path,
      DATABASE_URL: database.url,
    })
    assert.deepEqual(answers, [200, 200, 200], text)
    assert.equal(code, 0, text)
  })
}
