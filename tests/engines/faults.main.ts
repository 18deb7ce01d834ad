import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { messageOf } from '#platform/errors/errors.ts'
import { endOwn } from '../../deploy/engines/abandoned.ts'
import { cacheFolder } from '../../deploy/engines/cache-folder.ts'
import { globalSetup, globalTeardown } from '../setup.ts'
import { cassandraRig } from './faults/cassandra.ts'
import { kafkaRig } from './faults/kafka.ts'
import { postgresRig } from './faults/postgres.ts'
import { redisRig } from './faults/redis.ts'
import { asPicture, asTable } from './faults/report.ts'
import type { Rig } from './faults/rig.ts'
import { hasHeld, runFaults } from './faults/run.ts'
import { within } from './faults/within.ts'
import { noteResults } from './promises/page.ts'
import { engineCacheVariable } from './up.ts'

// npm run faults -- ENGINE [--seconds N] [--picture FILE] [--nodes 1|3]: servers of its own, under load, are killed, made to stand
// still and cut off, each for so many seconds. Exit code 1 when something acknowledged was lost or applied twice, or something did not end.
const { values, positionals } = parseArgs({
  options: { seconds: { type: 'string' }, picture: { type: 'string' }, nodes: { type: 'string' }, cache: { type: 'string' } },
  allowPositionals: true,
})
const rigs: Readonly<Record<string, () => Promise<Rig>>> = {
  cassandra: () => cassandraRig(values.nodes === '1' ? 1 : 3),
  kafka: kafkaRig,
  postgres: postgresRig,
  redis: redisRig,
}
const [engine = ''] = positionals
const open = rigs[engine]
if (open === undefined) {
  process.stderr.write(`Usage: npm run faults -- ${Object.keys(rigs).join('|')} [--seconds 15] [--picture FILE] [--nodes 1|3]\n`)
  process.exit(1)
}
const say = (line: string): void => void process.stderr.write(`faults  ${line}\n`)
process.env[engineCacheVariable] = resolve(values.cache ?? cacheFolder(process.env))
const openMs = 420_000
const endMs = 60_000

/** NOTE: what hangs must not keep the servers up: they are ended by themselves when the rest does not end in time. */
const carryOut = async (): Promise<boolean> => {
  const rig = await within('servers are up', openMs, open())
  try {
    const report = await runFaults(rig, Number(values.seconds ?? 15), say)
    process.stdout.write(asTable(report))
    const picture = resolve(values.picture ?? join(import.meta.dirname, '../../docs/engines', `faults-${engine}.svg`))
    await writeFile(picture, asPicture(report))
    say(`drawn: ${picture}`)
    const isPassed = hasHeld(report)
    await noteResults([{ name: `npm run faults -- ${engine}`, isPassed }])
    return isPassed
  } finally {
    await within('clients and servers end', endMs, Promise.resolve(rig[Symbol.asyncDispose]())).catch((error: unknown) =>
      say(messageOf(error)),
    )
  }
}

let hasPassed = false
try {
  await globalSetup()
  say(`starting servers of ${engine} …`)
  hasPassed = await carryOut()
} catch (error) {
  say(messageOf(error))
} finally {
  await endOwn()
  await globalTeardown()
}
process.exit(hasPassed ? 0 : 1)
