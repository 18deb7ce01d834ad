import type { EventLogAdmin } from '#platform/ports/event-log.ts'
import { openPool } from '#platform/postgres/connections.ts'
import { listDeadLetters, markForReplay } from '#platform/postgres/event-log/dead-letters.ts'
import { lagOf } from '#platform/postgres/event-log/lag.ts'
import { ensureEventLog } from '#platform/postgres/event-log/schema.ts'

/** What operators do with the event log in a PostgreSQL. */
export const createPostgresEventLogAdmin = async (connectionString: string): Promise<EventLogAdmin> => {
  const pool = openPool({ connectionString, max: 1, application_name: 'cinegraph-events-admin' })
  await ensureEventLog(pool)
  return {
    lag: () => lagOf(pool),
    replay: async (topic, group, from) => {
      const position = from === 'earliest' ? 0 : from.getTime() * 1000 - 1
      await pool.query('update event_log.cursor set position = $3, epoch = epoch + 1 where topic = $1 and name = $2', [
        topic.name,
        group,
        position,
      ])
      await pool.query(`select pg_notify('event_log', '')`)
    },
    deadLetters: (limit) => listDeadLetters(pool, limit),
    replayDeadLetters: (ids) => markForReplay(pool, ids),
    [Symbol.asyncDispose]: () => pool.end(),
  }
}
