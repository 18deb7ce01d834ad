import { randomUUID } from 'node:crypto'
import { type Job, PgBoss } from 'pg-boss'
import { consumers, type EventOf, type Topic, tailed, topics } from '#platform/contracts/events.ts'
import { CinegraphError } from '#platform/errors/errors.ts'
import type { Log } from '#platform/observe/log.ts'
import { openSpan } from '#platform/observe/spans.ts'
import { childOf, currentTrace, newTrace, receivedTrace, traceparentOf, withTrace } from '#platform/observe/tracing.ts'
import type { Envelope, EventLog, Subscription } from '#platform/ports/event-log.ts'
import { openNotifications } from '#platform/postgres/notifications.ts'
import { DropOldestBuffer } from '#platform/resilience/drop-oldest-buffer.ts'

const queueOptions = {
  notify: true,
  retryLimit: 50,
  retryDelay: 1,
  retryBackoff: true,
  retryDelayMax: 30,
  expireInSeconds: 15,
  deleteAfterSeconds: 600,
}
/** A job that runs long reports by itself every few seconds; silence means its process died and another takes it. */
const jobOptions = { ...queueOptions, retryLimit: 3, expireInSeconds: 6 * 3600, heartbeatSeconds: 10 }
const isJob = (topic: Topic): boolean => topic === 'catalog.sources' || topic === 'catalog.footage'
const channel = 'cinegraph_topics'
const canBeTailed = (topic: Topic): boolean => (tailed as readonly Topic[]).includes(topic)
const queueOf = (topic: Topic, group: string): string => `${topic}.${group}`

/** Events in the platform's PostgreSQL: one pg-boss queue per topic and consumer group. */
export const createPostgresEventLog = async (connectionString: string, log: Log): Promise<EventLog> => {
  const boss = new PgBoss({
    connectionString,
    max: 4,
    useListenNotify: true,
    superviseIntervalSeconds: 5,
    monitorIntervalSeconds: 5,
    application_name: 'cinegraph-events',
  })
  boss.on('error', (error) => log.warn({ reason: error.message }, 'event log interrupted'))
  await boss.start()
  await createQueues(boss)
  const notifications = openNotifications(connectionString, channel)
  return {
    publish: async (topic, events) => {
      const rows = checked(topic, events)
      if (rows.length === 0) return
      await Promise.all(consumers[topic].map((group) => boss.insert(queueOf(topic, group), rows)))
      if (canBeTailed(topic)) await notify(boss, topic, rows)
    },
    subscribe: async (subscription) => consume(boss, subscription, log),
    tail: async (topic, signal) => tailTopic(notifications, topic, signal),
    healthy: async () => boss.isInstalled().catch(() => false),
    [Symbol.asyncDispose]: async () => {
      await notifications[Symbol.asyncDispose]()
      await boss.stop({ graceful: true, timeout: 10_000 })
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

const notify = async (boss: PgBoss, topic: Topic, rows: readonly { readonly data: object }[]): Promise<void> => {
  const lines = rows.map(({ data }) => JSON.stringify({ topic, ...data }))
  await boss.getDb().executeSql('select pg_notify($1, line) from unnest($2::text[]) as line', [channel, lines])
}

const tailTopic = async <T extends Topic>(
  notifications: ReturnType<typeof openNotifications>,
  topic: T,
  signal: AbortSignal,
): Promise<AsyncIterable<Envelope<T>>> => {
  const recent = new DropOldestBuffer<Envelope<T>>()
  const stop = await notifications.listen((text) => {
    const told = JSON.parse(text) as Envelope<T> & { readonly topic: Topic }
    if (told.topic === topic) recent.put(told)
  })
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  return recent.until(signal)
}

const createQueues = async (boss: PgBoss): Promise<void> => {
  const present = new Set((await boss.getQueues()).map((queue) => queue.name))
  for (const topic of Object.keys(topics) as Topic[]) {
    for (const group of consumers[topic]) {
      if (!present.has(queueOf(topic, group))) await boss.createQueue(queueOf(topic, group), isJob(topic) ? jobOptions : queueOptions)
    }
  }
}

const checked = <T extends Topic>(topic: T, events: readonly EventOf<T>[]) => {
  const trace = currentTrace()
  const traceparent = traceparentOf(trace === undefined ? newTrace() : childOf(trace))
  return events.map((event) => {
    const result = topics[topic].safeParse(event)
    if (!result.success)
      throw new CinegraphError('INPUT_INVALID', {
        name: topic,
        why: result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
      })
    return { data: { id: randomUUID(), traceparent, data: result.data } }
  })
}

const consume = async <T extends Topic>(
  boss: PgBoss,
  { topic, group, handle, batchMax = 200 }: Subscription<T>,
  log: Log,
): Promise<void> => {
  // NOTE: a new event wakes its readers; polling finds what a killed reader left, and goes on at once while there is more.
  const options = { batchSize: batchMax, pollingIntervalSeconds: 0.5, notifyPollingIntervalSeconds: 2, burstWhenBatchFull: true }
  await boss.work(queueOf(topic, group), options, async (jobs: Job<Envelope<T>>[]) => {
    const first = jobs[0]
    if (first === undefined) return
    const span = openSpan(`${topic} process`, {
      kind: 'consumer',
      attributes: { 'messaging.destination.name': topic, 'messaging.consumer.group.name': group },
      parent: receivedTrace({ traceparent: first.data.traceparent }) ?? null,
    })
    await withTrace(span.trace, async () => {
      try {
        await handle(jobs.map((job) => job.data))
        span.end()
      } catch (error) {
        span.end(error)
        log.warn({ topic, group, err: error }, 'handler failed; the events come again')
        throw error
      }
    })
  })
}
