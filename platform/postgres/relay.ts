import type pg from 'pg'
import type { JobQueue } from '#platform/contracts/job-queue.ts'
import { declarations } from '#platform/contracts/registry.ts'
import type { Topic } from '#platform/contracts/topic.ts'
import { messageOf } from '#platform/errors/errors.ts'
import { recorded } from '#platform/events/recorded.ts'
import type { Log } from '#platform/observe/log.ts'
import { counter } from '#platform/observe/metrics.ts'
import { traceFrom, withTrace } from '#platform/observe/tracing.ts'
import type { EventLog } from '#platform/ports/event-log.ts'
import type { Jobs } from '#platform/ports/jobs.ts'
import { Wake } from '#platform/process/wake.ts'
import type { Database } from './database.ts'

export type RelayOptions = {
  readonly database: Database
  /** The schema whose table `outbox` is relayed. */
  readonly schema: string
  readonly events: Pick<EventLog, 'publish'>
  readonly jobs: Pick<Jobs, 'enqueue'>
  readonly log: Log
}
type Row = { readonly id: string; readonly topic: string; readonly key: string; readonly event: unknown; readonly traceparent: string }
type Refused = { readonly id: string; readonly why: string }

const rowsMax = 500
/** A notification can be missed while its connection is lost; looking finds what it spoke of. */
const lookMs = 5_000
const pauseMs = { first: 200, most: 10_000 }
const setAside = counter('outbox_set_aside_total', 'Rows of an outbox that cannot be published', ['schema', 'topic'])

/** Whether a schema has a table `outbox`. */
export const hasOutbox = async (pool: pg.Pool, schema: string): Promise<boolean> => {
  const { rows } = await pool.query<{ readonly found: string | null }>('select to_regclass($1) as found', [`${schema}.outbox`])
  return rows[0]?.found != null
}

/** Publishes what a subgraph's outbox holds, in the order of each key, until disposed. A row is published once or more. */
export const relayOutbox = (options: RelayOptions): AsyncDisposable => {
  const { database, schema, log } = options
  const wake = new Wake()
  let isStopped = false
  let isPrepared = false
  const listening = database.notifications.listen((of) => of === schema && wake.now()).catch(() => () => undefined)
  const loop = async (): Promise<void> => {
    for (let waitMs = pauseMs.first; !isStopped; ) {
      try {
        if (!isPrepared) await database.pool.query(notifyInserts(schema))
        isPrepared = true
        const count = await relayOnce(options)
        waitMs = pauseMs.first
        if (count < rowsMax) await wake.wait(lookMs)
      } catch (error) {
        log.warn({ schema, reason: messageOf(error), waitMs }, 'outbox waits')
        await wake.wait(waitMs)
        waitMs = Math.min(pauseMs.most, waitMs * 2)
      }
    }
  }
  const running = loop()
  return {
    [Symbol.asyncDispose]: async () => {
      isStopped = true
      wake.now()
      await running
      ;(await listening)()
    },
  }
}

/** NOTE: not part of a migration, so that the outbox of a subgraph that is added has it too, whatever its migration says. */
const notifyInserts = (schema: string): string => `
  create or replace function ${schema}.notify_outbox() returns trigger language plpgsql as
    $$ begin perform pg_notify('outbox', tg_table_schema); return null; end $$;
  create or replace trigger outbox_notify after insert or update of failed_at on ${schema}.outbox
    for each statement execute function ${schema}.notify_outbox()`

/** Gives how many rows it has dealt with. */
const relayOnce = async (options: RelayOptions): Promise<number> => {
  const { schema, log } = options
  const client = await options.database.pool.connect()
  try {
    await client.query('begin')
    const rows = await nextRows(client, schema)
    const { sendable, refused } = sorted(rows)
    for (const [name, group] of Map.groupBy(sendable, ({ topic }) => topic)) await send(name, group, options)
    await client.query(`delete from ${schema}.outbox where id = any($1)`, [sendable.map(({ id }) => id)])
    for (const { id, why } of refused) {
      await client.query(`update ${schema}.outbox set failed_at = now(), failure = $2 where id = $1`, [id, why.replaceAll('\0', '')])
    }
    await client.query('commit')
    for (const { id, why } of refused) {
      const topic = rows.find((row) => row.id === id)?.topic ?? ''
      setAside.inc({ schema, topic })
      log.error({ schema, topic, row: id, why }, 'a row of the outbox cannot be published and is set aside; later ones of its key wait')
    }
    return sendable.length + refused.length
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    throw error
  } finally {
    client.release()
  }
}

/**
 * The oldest rows. One relay at a time reads an outbox, and rows behind a set-aside one of the same key stay: so the order of a
 * key holds.
 */
const nextRows = async (client: pg.PoolClient, schema: string): Promise<readonly Row[]> => {
  const lock = await client.query<{ taken: boolean }>('select pg_try_advisory_xact_lock(hashtext($1)) as taken', [`outbox ${schema}`])
  if (lock.rows[0]?.taken !== true) return []
  const { rows } = await client.query<Row>(
    `select id, topic, key, event, traceparent from ${schema}.outbox o
      where failed_at is null and not exists (
        select 1 from ${schema}.outbox f where f.failed_at is not null and f.topic = o.topic and f.key = o.key and f.id < o.id)
      order by id limit ${rowsMax}`,
  )
  return rows
}

/** Which rows can be sent. One that cannot keeps back those behind it of the same key. */
const sorted = (rows: readonly Row[]): { readonly sendable: readonly Row[]; readonly refused: readonly Refused[] } => {
  const refused = new Map<string, Refused>()
  const sendable = rows.filter((row) => {
    const key = `${row.topic} ${row.key}`
    if (refused.has(key)) return false
    const why = refusal(row)
    if (why !== undefined) refused.set(key, { id: row.id, why })
    return why === undefined
  })
  return { sendable, refused: [...refused.values()] }
}

/** Why a row can never be sent as it is; undefined when it can. */
const refusal = ({ topic, event }: Row): string | undefined => {
  const declared = declarations.get(topic)
  if (declared === undefined) return `Nothing is declared under the name ${topic}.`
  try {
    if (declared.kind === 'topic') recorded(declared, [event as Readonly<unknown>])
    else declared.schema.parse(event)
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}

const send = async (name: string, rows: readonly Row[], { events, jobs }: RelayOptions): Promise<void> => {
  const declared = declarations.get(name) as Topic | JobQueue
  if (declared.kind === 'topic') {
    const traces = rows.map(({ traceparent }) => traceparent)
    return events.publish(declared, rows.map(({ event }) => event) as never, traces)
  }
  for (const { event, traceparent } of rows) await withTrace(traceFrom({ traceparent }), () => jobs.enqueue(declared, event as never))
}
