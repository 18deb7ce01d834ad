import type pg from 'pg'
import type { DeadLetter } from '#platform/ports/event-log.ts'
import type { EventRow } from './rows.ts'

type DeadRow = EventRow & { readonly offset: string }
export type GroupOfTopic = { readonly topic: string; readonly group: string }

/** Keeps a copy of an event that a group could not take. Setting it aside again changes the reason. */
export const putDeadLetter = async (pool: pg.Pool, { topic, group }: GroupOfTopic, row: EventRow, reason: string): Promise<void> => {
  await pool.query({
    name: 'put-dead-letter',
    text: `insert into event_log.dead_letter (topic, name, partition, "offset", version, event_id, traceparent, data, reason)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
      on conflict (topic, name, event_id) do update set reason = excluded.reason, failed_at = now(), again = false`,
    values: [topic, group, row.partition, row.id, row.version, row.event_id, row.traceparent, row.data, reason.replaceAll('\0', '')],
  })
}

/** Dead letters of these partitions that an operator wants delivered once more, oldest first. */
export const deadLettersToReplay = async (
  pool: pg.Pool,
  { topic, group }: GroupOfTopic,
  partitions: readonly number[],
): Promise<readonly DeadRow[]> => {
  const { rows } = await pool.query<DeadRow>({
    name: 'dead-letters-to-replay',
    text: `select "offset" as id, id as offset, partition, version, event_id, traceparent, data from event_log.dead_letter
      where again and topic = $1 and name = $2 and partition = any($3) order by id limit 100`,
    values: [topic, group, partitions],
  })
  return rows
}

export const removeDeadLetter = async (pool: pg.Pool, { topic, group }: GroupOfTopic, eventId: string): Promise<void> => {
  await pool.query('delete from event_log.dead_letter where topic = $1 and name = $2 and event_id = $3 and again', [topic, group, eventId])
}

export const listDeadLetters = async (pool: pg.Pool, limit: number): Promise<readonly DeadLetter[]> => {
  const { rows } = await pool.query<DeadLetter>(
    `select id::text, topic, name as "group", data, reason, failed_at as "failedAt" from event_log.dead_letter order by id limit $1`,
    [limit],
  )
  return rows
}

/** Marks dead letters, or all of them, to be delivered once more. Gives how many. */
export const markForReplay = async (pool: pg.Pool, ids: readonly string[] | undefined): Promise<number> => {
  const { rowCount } = await pool.query(`update event_log.dead_letter set again = true where ($1::bigint[] is null or id = any($1))`, [
    ids ?? null,
  ])
  await pool.query(`select pg_notify('event_log', '')`)
  return rowCount ?? 0
}
