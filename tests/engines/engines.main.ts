import { glob } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { endAbandoned } from '../../deploy/engines/abandoned.ts'
import { cacheFolder } from '../../deploy/engines/cache-folder.ts'
import { recipes } from '../../deploy/engines/recipes.ts'
import { readState, settingsOf } from '../../deploy/engines/state.ts'
import { runFiles } from '../runner.ts'
import { noteResults } from './promises/page.ts'
import { engineCacheVariable, engineTestsVariable } from './up.ts'

// npm run test:engines [-- FILE … | flows]: contract suites and flows on the engines that `npm run engines -- up` has brought up.
const root = join(import.meta.dirname, '../..')
const flows = ['membership', 'heartbeats', 'ingest', 'uploads', 'resume', 'degraded', 'trace', 'live'].map(
  (name) => `tests/flows/${name}.test.ts`,
)

const { values, positionals } = parseArgs({ options: { run: { type: 'string' }, cache: { type: 'string' } }, allowPositionals: true })
const state = await readState(resolve(values.run ?? join(root, '.engines')))
process.env[engineTestsVariable] = JSON.stringify(settingsOf(state))
process.env[engineCacheVariable] = resolve(values.cache ?? cacheFolder(process.env))

const contracts = (await Array.fromAsync(glob('tests/engines/*.engine.ts', { cwd: root }))).toSorted()
for (const { name } of recipes)
  console.log(name in state ? `${name} is up` : `${name} is LEFT OUT: it is not up (npm run engines -- up ${name})`)

const named = positionals.flatMap((name) => (name === 'flows' ? flows : [name]))
// NOTE: most files bring up servers of their own, which need the machine for themselves; and what a client of an engine that was hurt
// still waits for must not hold up the files that follow.
const results = await runFiles(named.length > 0 ? named : [...contracts, ...flows], { concurrency: 1, forceExit: true })
await noteResults(results)
await endAbandoned()
