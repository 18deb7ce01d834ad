import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { cacheFolder } from '../../deploy/engines/cache-folder.ts'
import { globalSetup, globalTeardown } from '../setup.ts'
import { cassandraRig } from './faults/cassandra.ts'
import { kafkaRig } from './faults/kafka.ts'
import { postgresRig } from './faults/postgres.ts'
import { redisRig } from './faults/redis.ts'
import { asPicture, asTable } from './faults/report.ts'
import type { Rig } from './faults/rig.ts'
import { runFaults } from './faults/run.ts'
import { engineCacheVariable } from './up.ts'

// npm run faults -- ENGINE [--seconds N] [--picture FILE] [--nodes 1|3]: servers of its own, under load, are killed, made to stand
// still and cut off, each for so many seconds. Exit code 1 when something acknowledged was lost or applied twice.
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
try {
  await globalSetup()
  say(`starting servers of ${engine} …`)
  await using rig = await open()
  const report = await runFaults(rig, Number(values.seconds ?? 15), say)
  process.stdout.write(asTable(report))
  const picture = resolve(values.picture ?? join(import.meta.dirname, '../../docs/engines', `faults-${engine}.svg`))
  await writeFile(picture, asPicture(report))
  say(`drawn: ${picture}`)
  if (report.lost + (report.twice ?? 0) > 0) process.exitCode = 1
} finally {
  await globalTeardown()
}
