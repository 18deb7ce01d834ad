import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import type { EventOf, Topic } from '#platform/contracts/events.ts'
import { messageOf } from '#platform/errors/errors.ts'
import type { Log } from '#platform/observe/log.ts'
import { currentTrace, newTrace, traceFrom, traceparentOf, withTrace } from '#platform/observe/tracing.ts'
import type { EventLog } from '#platform/ports/event-log.ts'

type Row = { readonly id: string; readonly topic: Topic; readonly event: EventOf<Topic>; readonly traceparent: string }

/** The row that tells an event; saved in the transaction that caused it, "saved" and "told" become one fact. */
export const outboxRow = <T extends Topic>(topic: T, event: EventOf<T>) => ({
  topic,
  event: event as object,
  traceparent: traceparentOf(currentTrace() ?? newTrace()),
})

export type RelayOptions = {
  readonly pool: pg.Pool
  /** The PostgreSQL schema of the subgraph whose outbox it is. */
  readonly schema: string
  readonly events: EventLog
  readonly log: Log
  readonly pauseMs?: number
}

/** Whether a schema has a table `outbox`. */
export const hasOutbox = async (pool: pg.Pool, schema: string): Promise<boolean> => {
  const { rows } = await pool.query<{ readonly found: string | null }>('select to_regclass($1) as found', [`${schema}.outbox`])
  return rows[0]?.found != null
}

/** Tells what a subgraph's outbox holds, oldest first, until disposed. An event is told once or more. */
export const relayOutbox = (options: RelayOptions): AsyncDisposable => {
  const stop = new AbortController()
  const { pauseMs = 200, log, schema } = options
  const loop = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const told = await relayOnce(options).catch((error: unknown) => {
        log.warn({ schema, reason: messageOf(error) }, 'outbox waits')
        return 0
      })
      if (told === 0) await sleep(pauseMs, undefined, { signal: stop.signal }).catch(() => undefined)
    }
  }
  const running = loop()
  return {
    [Symbol.asyncDispose]: async () => {
      stop.abort()
      await running
    },
  }
}

const relayOnce = async ({ pool, schema, events }: RelayOptions): Promise<number> => {
  const client = await pool.connect()
  try {
    await client.query('begin')
    const { rows } = await client.query<Row>(
      `select id, topic, event, traceparent from ${schema}.outbox order by id limit 500 for update skip locked`,
    )
    for (const [topic, group] of Map.groupBy(rows, (row) => `${row.topic} ${row.traceparent}`)) await publishGroup(events, topic, group)
    if (rows.length > 0) await client.query(`delete from ${schema}.outbox where id = any($1)`, [rows.map((row) => row.id)])
    await client.query('commit')
    return rows.length
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    throw error
  } finally {
    client.release()
  }
}

const publishGroup = async (events: EventLog, key: string, rows: readonly Row[]): Promise<void> => {
  const [topic = '', traceparent = ''] = key.split(' ')
  await withTrace(traceFrom({ traceparent }), () =>
    events.publish(
      topic as Topic,
      rows.map((row) => row.event),
    ),
  )
}
