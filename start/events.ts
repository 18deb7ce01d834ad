import type { JobQueue } from '#platform/contracts/job-queue.ts'
import { declarations } from '#platform/contracts/registry.ts'
import type { Topic } from '#platform/contracts/topic.ts'
import type { Engines } from '#platform/engines/engines.ts'
import { CinegraphError } from '#platform/errors/errors.ts'
import { discardOutboxRow, resendOutboxRow, setAsideRows } from '#platform/postgres/outbox-admin.ts'

export const usage = `npm run events -- COMMAND   (on the service of --data and --port-base, or of DATABASE_URL)
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

/** What a command says: rows of a table, or a sentence. */
type Said = readonly object[] | string
type Command = (engines: Pick<Engines, 'open'>, words: readonly string[]) => Promise<Said>

const shown = (text: string): string => (text.length > 100 ? `${text.slice(0, 100)}…` : text)
const brief = <R extends { readonly data: string; readonly reason: string }>(row: R): R => ({
  ...row,
  data: shown(row.data),
  reason: shown(row.reason),
})

const declared = <K extends 'topic' | 'jobs'>(kind: K, name: string): K extends 'topic' ? Topic : JobQueue => {
  const found = declarations.get(name)
  if (found?.kind !== kind) throw new CinegraphError('NOT_FOUND', { what: kind === 'topic' ? 'topic' : 'queue', id: name })
  return found as K extends 'topic' ? Topic : JobQueue
}

const numberIn = (word = ''): string => {
  if (!/^\d{1,18}$/.test(word))
    throw new CinegraphError('INPUT_INVALID', { name: JSON.stringify(word), why: 'is no id: ids are whole numbers' })
  return word
}

const instantIn = (word: string): Date => {
  const instant = new Date(word)
  if (Number.isNaN(instant.getTime())) throw new CinegraphError('INPUT_INVALID', { name: word, why: 'is no instant' })
  return instant
}

const replay: Command = async (engines, [name = '', group = '', from]) => {
  const topic = declared('topic', name)
  if (!Object.hasOwn(topic.groups, group)) throw new CinegraphError('NOT_FOUND', { what: `group of ${name}`, id: group })
  const admin = await engines.open('eventsAdmin')
  await admin.replay(topic, group, from === undefined ? 'earliest' : instantIn(from))
  return `${group} consumes ${name} again.`
}

const commands: Readonly<Record<string, Command>> = {
  lag: async (engines) => (await engines.open('eventsAdmin')).lag(),
  replay,
  dead: async (engines) => (await (await engines.open('eventsAdmin')).deadLetters(200)).map(brief),
  'dead-again': async (engines, ids) => {
    const wanted = ids.length === 0 ? undefined : ids.map(numberIn)
    return `${await (await engines.open('eventsAdmin')).replayDeadLetters(wanted)} will be delivered once more.`
  },
  jobs: async (engines) => (await (await engines.open('jobsAdmin')).deadJobs(200)).map(brief),
  'job-again': async (engines, [queue = '', id = '']) => {
    await (await engines.open('jobsAdmin')).retryDead(declared('jobs', queue), id)
    return `Job ${id} is tried again.`
  },
  outbox: async (engines) => setAsideRows((await engines.open('database')).pool),
  'outbox-again': async (engines, [schema = '', id]) => {
    await resendOutboxRow((await engines.open('database')).pool, schema, numberIn(id))
    return `Row ${id} of ${schema} is published when the relay next looks.`
  },
  'outbox-discard': async (engines, [schema = '', id]) => {
    await discardOutboxRow((await engines.open('database')).pool, schema, numberIn(id))
    return `Row ${id} of ${schema} is removed.`
  },
}

/** Carries out a command of an operator on the event log, the jobs or the outboxes; says how to use it when there is none. */
export const onEvents: Command = async (engines, [name = '', ...words]) => {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  return command === undefined ? usage : command(engines, words)
}
