import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { messageOf } from '#platform/errors/errors.ts'
import { startPlannerProcess } from '../../supergraph/engine/plan/planner-process.ts'
import { compareSupergraph } from './invented/compare-supergraph.ts'

// `npm run differential -- <supergraph.graphql …>`: does the engine answer anybody's supergraph as one graphql-js execution would?
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { operations: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' } },
})
const [operations, seed] = [Number(values.operations), Number(values.seed)]
if (positionals.length === 0 || !Number.isInteger(operations) || !Number.isInteger(seed)) {
  process.stderr.write('npm run differential -- [--operations 200] [--seed 1] <supergraph.graphql …>\n')
  process.exit(1)
}
await using planning = startPlannerProcess(undefined, 30_000)
let wrong = 0
for (const file of positionals) {
  try {
    const { operations: count, fault, faults } = await compareSupergraph(await readFile(file, 'utf8'), { planning, operations, seed })
    if (fault !== null) wrong += 1
    const found = fault === null ? '' : `\n${fault.operation.text}\n${JSON.stringify(fault.operation.variables)}\n${fault.why}\n`
    process.stdout.write(`${fault === null ? 'right' : 'WRONG'} ${file}: ${count} operations, ${faults} faults${found}\n`)
  } catch (error) {
    wrong += 1
    process.stdout.write(`cannot ${file}: ${messageOf(error)}\n`)
  }
}
process.exitCode = wrong === 0 ? 0 : 1
