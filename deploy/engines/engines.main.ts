import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { sentenceFor } from '#platform/process/lifecycle.ts'
import { endAbandoned } from './abandoned.ts'
import { cacheFolder } from './cache-folder.ts'
import { down, exports, logs, type Room, status, up } from './engines.ts'
import { sizes } from './recipe.ts'

const home = join(import.meta.dirname, '..', '..')
const usage = `npm run engines -- COMMAND [NAME …]

  up [NAME …]     brings engines up: kafka, cassandra, redis … (all that this machine can provide)
  down [NAME …]   ends them and removes their data, and servers that tests which were killed have left
  status          what is up, and where
  env             the settings to source: eval "$(npm run -s engines -- env)"
  logs NAME       the last lines of its servers

  --nodes 1|3              nodes of Cassandra (1), and
  --brokers 1|3            brokers of Kafka (1)
  --optional               an engine that is named and that this machine cannot provide is left out, and said to be
  --with docker|packages   how they are brought up (Docker Compose when Docker answers)
  --cache DIR              where programs are kept (cinegraph-engines in the user's cache folder)
  --run DIR                where servers keep state, data and logs (.engines)
`

const say = (line: string): void => void process.stderr.write(`engines  ${line}\n`)

const { values, positionals } = parseArgs({
  options: {
    nodes: { type: 'string' },
    brokers: { type: 'string' },
    cache: { type: 'string' },
    run: { type: 'string' },
    with: { type: 'string' },
    optional: { type: 'boolean', default: false },
    help: { type: 'boolean' },
  },
  allowPositionals: true,
})
const sizeOf = (name: string, value: string): number => {
  if (value === '1' || value === '3') return Number(value)
  process.stderr.write(`--${name} is ${JSON.stringify(value)}, which is neither 1 nor 3.\n`)
  process.exit(1)
}
const [command, ...names] = positionals
const room: Room = {
  cache: resolve(values.cache ?? cacheFolder(process.env)),
  run: resolve(values.run ?? join(home, '.engines')),
  how: values.with === 'docker' || values.with === 'packages' ? values.with : 'either',
  sizes: Object.fromEntries(sizes.map((size) => [size, sizeOf(size, String(values[size] ?? 1))])),
  say,
}

const carryOut = async (): Promise<void> => {
  if (command === 'up') for (const sentence of await up(names, room, values.optional)) say(`left out: ${sentence}`)
  else if (command === 'down') {
    await down(names, room)
    for (const run of await endAbandoned()) say(`ended what a test that was killed had left in ${run}`)
  } else if (command === 'status') console.table(await status(room.run))
  else if (command === 'env') process.stdout.write(await exports(room.run))
  else if (command === 'logs' && names[0] !== undefined) process.stdout.write(await logs(names[0], room.run))
  else {
    process.stdout.write(usage)
    if (command !== undefined && !values.help) process.exitCode = 1
  }
}

try {
  await carryOut()
} catch (error) {
  process.stderr.write(`${sentenceFor(error) ?? (error instanceof Error ? error.message : String(error))}\n`)
  process.exitCode = 1
}
