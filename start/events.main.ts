import type { JobQueue } from '#platform/contracts/job-queue.ts'
import { declarations } from '#platform/contracts/registry.ts'
import type { Topic } from '#platform/contracts/topic.ts'
import { type Engines, openEngines } from '#platform/engines/engines.ts'
import { CinegraphError } from '#platform/errors/errors.ts'
import { openSecrets } from '#platform/identity/secrets.ts'
import { createLog } from '#platform/observe/log.ts'
import { discardOutboxRow, resendOutboxRow, setAsideRows } from '#platform/postgres/outbox-admin.ts'
import { postgresUrl } from '#platform/postgres/server.ts'
import { sentenceFor } from '#platform/process/lifecycle.ts'
import { readConfig } from '#platform/settings/config.ts'
import { portsFrom } from './ports.ts'

const usage = `npm run events -- COMMAND   (on the service of --data and --port-base, or of DATABASE_URL)
  lag                              how far each group is behind
  replay TOPIC GROUP [INSTANT]     lets a group consume again, from an instant (ISO 8601) or all that is kept
  dead                             events that a group could not take
  dead-again [ID …]                delivers dead letters once more; all of them without ids
  jobs                             jobs that have used up their tries
  job-again QUEUE ID               lets such a job be tried again
  outbox                           rows that cannot be published, of every subgraph
  outbox-again SCHEMA ID           publishes such a row after all, when its event is right by now
  outbox-discard SCHEMA ID         removes such a row for good
`
const show = (rows: readonly object[]): void => (rows.length === 0 ? console.log('None.') : console.table(rows))
const shown = (text: string): string => (text.length > 100 ? `${text.slice(0, 100)}…` : text)

const declared = <K extends 'topic' | 'jobs'>(kind: K, name: string): K extends 'topic' ? Topic : JobQueue => {
  const found = declarations.get(name)
  if (found?.kind !== kind) throw new CinegraphError('NOT_FOUND', { what: kind === 'topic' ? 'topic' : 'queue', id: name })
  return found as K extends 'topic' ? Topic : JobQueue
}

const onEvents = async (
  engines: Engines,
  [command, one = '', two = '', three]: readonly string[],
  rest: readonly string[],
): Promise<boolean> => {
  const admin = await engines.open('eventsAdmin')
  if (command === 'lag') show(await admin.lag())
  else if (command === 'dead')
    show((await admin.deadLetters(200)).map((letter) => ({ ...letter, data: shown(letter.data), reason: shown(letter.reason) })))
  else if (command === 'dead-again')
    console.log(`${await admin.replayDeadLetters(rest.length === 0 ? undefined : rest)} will be delivered once more.`)
  else if (command === 'replay') {
    const from = three === undefined ? 'earliest' : new Date(three)
    if (from !== 'earliest' && Number.isNaN(from.getTime()))
      throw new CinegraphError('INPUT_INVALID', { name: three ?? '', why: 'is no instant' })
    await admin.replay(declared('topic', one), two as never, from)
    console.log(`${two} consumes ${one} again.`)
  } else return false
  return true
}

const onJobs = async (engines: Engines, [command, queue = '', id = '']: readonly string[]): Promise<boolean> => {
  const admin = await engines.open('jobsAdmin')
  if (command === 'jobs') show((await admin.deadJobs(200)).map((job) => ({ ...job, data: shown(job.data), reason: shown(job.reason) })))
  else if (command === 'job-again') await admin.retryDead(declared('jobs', queue), id)
  else return false
  return true
}

const onOutbox = async (engines: Engines, [command, schema = '', id = '']: readonly string[]): Promise<boolean> => {
  const database = await engines.open('database')
  if (command === 'outbox') show(await setAsideRows(database.pool))
  else if (command === 'outbox-again') await resendOutboxRow(database.pool, schema, id)
  else if (command === 'outbox-discard') await discardOutboxRow(database.pool, schema, id)
  else return false
  return true
}

const words = process.argv.slice(2)
const flagAt = words.findIndex((word) => word.startsWith('--'))
const [command, flags] = flagAt === -1 ? [words, []] : [words.slice(0, flagAt), words.slice(flagAt)]
const carryOut = async (): Promise<void> => {
  const config = readConfig(flags, process.env)
  const { databasePassword } = await openSecrets(config.data).pick('databasePassword')
  const databaseUrl =
    config.databaseUrl || postgresUrl({ port: portsFrom(config.portBase).database, password: databasePassword, database: 'cinegraph' })
  await using engines = openEngines({ ...config, databaseUrl }, createLog('events', config.logLevel))
  const isDone =
    (await onEvents(engines, command, command.slice(1))) || (await onJobs(engines, command)) || (await onOutbox(engines, command))
  if (!isDone) process.stdout.write(usage)
}

try {
  if (command.length === 0) process.stdout.write(usage)
  else await carryOut()
} catch (error) {
  process.stderr.write(`${sentenceFor(error) ?? (error instanceof Error ? error.message : String(error))}\n`)
  process.exitCode = 1
}
