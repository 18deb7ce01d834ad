import type pg from 'pg'
import type { LiveTopic, StartAt, Topic } from '#platform/contracts/topic.ts'
import { messageOf } from '#platform/errors/errors.ts'
import { recorded } from '#platform/events/recorded.ts'
import { showLag } from '#platform/events/show-lag.ts'
import type { Log } from '#platform/observe/log.ts'
import type { EventLog } from '#platform/ports/event-log.ts'
import { openPool } from '#platform/postgres/connections.ts'
import { createAppender, partitionCount } from '#platform/postgres/event-log/append.ts'
import { Consumer } from '#platform/postgres/event-log/consumer.ts'
import { lagOfGroups } from '#platform/postgres/event-log/lag.ts'
import { Member } from '#platform/postgres/event-log/member.ts'
import { headOf, readerOptions } from '#platform/postgres/event-log/rows.ts'
import { ensureEventLog, maintainPartitions } from '#platform/postgres/event-log/schema.ts'
import { Tail } from '#platform/postgres/event-log/tails.ts'
import { openNotifications } from '#platform/postgres/notifications.ts'

/** Events older than this are dropped, whether they were consumed or not. */
const keepDays = 7
const maintainEveryMs = 3_600_000

/** The event log in a PostgreSQL: see docs/decisions/0003-event-log-and-jobs.md. */
export const createPostgresEventLog = async (connectionString: string, log: Log): Promise<EventLog> => {
  await using stack = new AsyncDisposableStack()
  const poolOf = (options: pg.PoolConfig): pg.Pool => {
    const pool = openPool({ connectionString, application_name: 'cinegraph-events', ...options })
    stack.defer(() => pool.end())
    return pool
  }
  const writer = poolOf({ max: 2 })
  const reader = poolOf({ max: 3, options: readerOptions })
  await ensureEventLog(writer)
  await keepPartitions(writer, log, stack)
  const notifications = stack.use(openNotifications(connectionString, 'event_log'))
  const appender = stack.use(createAppender(writer))
  const member = stack.use(new Member(reader, log))
  const consumers = stack.adopt([] as Consumer<Topic>[], disposeAll)
  const tails = stack.adopt(new Map<string, Tail<LiveTopic>>(), (all) => disposeAll([...all.values()]))
  const isHealthy = (): Promise<boolean> =>
    writer.query('select 1').then(
      () => true,
      () => false,
    )
  stack.use(
    showLag(() =>
      lagOfGroups(
        reader,
        consumers.map(({ place }) => place),
      ),
    ),
  )
  const listen = listenOnce(notifications, { consumers, tails, member })
  const owned = stack.move()
  return {
    publish: async (topic, events, traces) => {
      if (events.length > 0) await appender.put(recorded(topic, events, traces))
    },
    consume: async (consumption) => {
      await listen()
      await createCursors(writer, consumption.topic, consumption.group)
      const consumer = new Consumer(consumption, { pool: reader, member: member.id, isHealthy, log })
      consumers.push(consumer as unknown as Consumer<Topic>)
      await member.join(consumption.topic.name, consumption.group, (holding) => consumer.renewed(holding))
      consumer.start()
    },
    tail: async (topic, signal, since) => {
      await listen()
      const tail = tails.get(topic.name) ?? new Tail<LiveTopic>(topic, reader, log)
      tails.set(topic.name, tail)
      return (await tail.open(signal, since)) as Awaited<ReturnType<Tail<typeof topic>['open']>>
    },
    healthy: isHealthy,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

const disposeAll = async (all: readonly AsyncDisposable[]): Promise<void> => {
  await Promise.all(all.map((each) => each[Symbol.asyncDispose]()))
}

type Listeners = {
  readonly consumers: readonly Consumer<Topic>[]
  readonly tails: ReadonlyMap<string, Tail<LiveTopic>>
  readonly member: Member
}

/** Wakes who reads a topic when it was written; an empty text means that something about the groups has changed. */
const listenOnce = (
  notifications: ReturnType<typeof openNotifications>,
  { consumers, tails, member }: Listeners,
): (() => Promise<void>) => {
  const wake = (topic: string): void => {
    if (topic === '') member.renewNow()
    for (const consumer of consumers) if (consumer.topic === topic) consumer.wake()
    tails.get(topic)?.wake()
  }
  let listening: Promise<unknown> | undefined
  return async () => {
    listening ??= notifications.listen(wake)
    await listening.catch((error: unknown) => {
      listening = undefined
      throw error
    })
  }
}

const createCursors = async (pool: pg.Pool, topic: Topic, group: string): Promise<void> => {
  const startAt: StartAt | undefined = topic.groups[group]
  if (startAt === undefined) throw new TypeError(`${topic.name} does not declare the group ${group}`)
  const position = startAt === 'earliest' ? '0' : await headOf(pool)
  await pool.query(
    'insert into event_log.cursor (topic, name, partition, position) select $1, $2, generate_series(0, $3 - 1), $4 on conflict do nothing',
    [topic.name, group, partitionCount, position],
  )
}

const keepPartitions = async (pool: pg.Pool, log: Log, stack: AsyncDisposableStack): Promise<void> => {
  const maintain = async (): Promise<void> => {
    try {
      const dropped = await maintainPartitions(pool, keepDays)
      if (dropped > 0) log.info({ dropped }, 'days of the event log dropped')
    } catch (error) {
      log.warn({ reason: messageOf(error) }, 'event log not maintained; it is tried again')
    }
  }
  await maintain()
  const timer = setInterval(() => void maintain(), maintainEveryMs).unref()
  stack.defer(() => clearInterval(timer))
}
