import { declarations } from '#platform/contracts/registry.ts'
import { compareContracts, readContracts, writeContracts } from './contracts.ts'

// npm run check:contracts: compares the payloads of topics and jobs with platform/contracts/schemas; exit code 1 when they differ.
// npm run contracts: writes there what has changed, unless an old reader or an old event could not take it.
const isWriting = process.argv.includes('--write')
const { faults, stale } = compareContracts([...declarations.values()], await readContracts())

for (const fault of faults) process.stderr.write(`${fault}\n`)
if (faults.length === 0 && isWriting) await writeContracts(stale)
if (faults.length === 0 && stale.size > 0)
  process.stderr.write(`${isWriting ? 'Written' : 'Not written yet (npm run contracts)'}: ${[...stale.keys()].join(', ')}\n`)
if (faults.length > 0 || (stale.size > 0 && !isWriting)) process.exitCode = 1
