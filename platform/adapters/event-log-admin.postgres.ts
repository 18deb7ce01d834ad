import type { EventLogAdmin, Lag } from '#platform/ports/event-log.ts'
import { openPool } from '#platform/postgres/connections.ts'
import { listDeadLetters, markForReplay } from '#platform/postgres/event-log/dead-letters.ts'
import { ensureEventLog } from '#platform/postgres/event-log/schema.ts'

const lag = `
  select c.topic, c.name as "group", count(e.id)::int as events,
    coalesce(round(extract(epoch from clock_timestamp()) * 1000 - min(e.id) / 1000.0), 0)::float as "ageMs"
  from event_log.cursor c
  left join event_log.event e on e.topic = c.topic and e.partition = c.partition and e.id > c.position
  group by 1, 2 order by 1, 2`

/** What operators do with the event log in a PostgreSQL. */
export const createPostgresEventLogAdmin = async (connectionString: string): Promise<EventLogAdmin> => {
  const pool = openPool({ connectionString, max: 1, application_name: 'cinegraph-events-admin' })
  await ensureEventLog(pool)
  return {
    lag: async () => (await pool.query<Lag>(lag)).rows,
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
