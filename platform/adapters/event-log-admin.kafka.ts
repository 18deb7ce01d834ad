import { randomUUID } from 'node:crypto'
import { groupsOf, lagOfGroups } from '#platform/kafka/lag.ts'
import { openKafka } from '#platform/kafka/open.ts'
import { type Replay, replayGroup } from '#platform/kafka/replay.ts'
import type { Log } from '#platform/observe/log.ts'
import type { EventLogAdmin } from '#platform/ports/event-log.ts'
import { openPool } from '#platform/postgres/connections.ts'
import { listDeadLetters, markForReplay } from '#platform/postgres/event-log/dead-letters.ts'
import { ensureEventLog } from '#platform/postgres/event-log/schema.ts'
import type { Environment } from '#platform/settings/setting.ts'

/** What operators do with the event log on Kafka. */
export const createKafkaEventLogAdmin = async (settings: Environment, log: Log): Promise<EventLogAdmin> => {
  await using stack = new AsyncDisposableStack()
  const pool = openPool({ connectionString: settings.DATABASE_URL ?? '', max: 1, application_name: 'cinegraph-events-admin' })
  stack.defer(() => pool.end())
  await ensureEventLog(pool)
  const cluster = stack.use(await openKafka(settings, log))
  const notify = async (replay: Replay): Promise<void> =>
    void (await pool.query(`select pg_notify('event_log', $1)`, [JSON.stringify(replay)]))
  const owned = stack.move()
  return {
    lag: async () => lagOfGroups(cluster, await groupsOf(cluster)),
    replay: (topic, group, from) =>
      replayGroup(cluster, { id: randomUUID(), topic: topic.name, group, from: from === 'earliest' ? from : from.getTime() }, notify),
    deadLetters: (limit) => listDeadLetters(pool, limit),
    replayDeadLetters: (ids) => markForReplay(pool, ids),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
