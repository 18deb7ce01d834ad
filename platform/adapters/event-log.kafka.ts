import type { LiveTopic, StartAt, Topic } from '#platform/contracts/topic.ts'
import { recorded } from '#platform/events/recorded.ts'
import { showLag } from '#platform/events/show-lag.ts'
import type { Cluster } from '#platform/kafka/cluster.ts'
import { Group } from '#platform/kafka/group.ts'
import { lagOfGroups } from '#platform/kafka/lag.ts'
import { openKafka } from '#platform/kafka/open.ts'
import { Publisher } from '#platform/kafka/publisher.ts'
import { type Replay, setOffsetsOf } from '#platform/kafka/replay.ts'
import { KafkaTail } from '#platform/kafka/tail.ts'
import type { Log } from '#platform/observe/log.ts'
import type { EventLog } from '#platform/ports/event-log.ts'
import { openPool } from '#platform/postgres/connections.ts'
import { ensureEventLog } from '#platform/postgres/event-log/schema.ts'
import { openNotifications } from '#platform/postgres/notifications.ts'
import type { Environment } from '#platform/settings/setting.ts'

/** The event log on Kafka; dead letters and what operators wish are in PostgreSQL: docs/decisions/0009-event-log-on-kafka.md. */
export const createKafkaEventLog = async (settings: Environment, log: Log): Promise<EventLog> => {
  await using stack = new AsyncDisposableStack()
  const connectionString = settings.DATABASE_URL ?? ''
  const pool = openPool({ connectionString, application_name: 'cinegraph-events', max: 2 })
  stack.defer(() => pool.end())
  await ensureEventLog(pool)
  const cluster = stack.use(await openKafka(settings, log))
  const notifications = stack.use(openNotifications(connectionString, 'event_log'))
  const publisher = stack.use(new Publisher(cluster))
  const groups = stack.adopt([] as Group<Topic>[], disposeAll)
  const tails = stack.adopt(new Map<string, KafkaTail<LiveTopic>>(), (all) => disposeAll([...all.values()]))
  stack.use(
    showLag(() =>
      lagOfGroups(
        cluster,
        groups.map(({ place }) => place),
      ),
    ),
  )
  let listening: Promise<unknown> | undefined
  const listen = (): Promise<unknown> => {
    listening ??= notifications.listen((text) => obey(text, groups, log))
    return listening
  }
  const owned = stack.move()
  return {
    publish: async (topic, events, traces) => publisher.put(recorded(topic, events, traces)),
    consume: async (consumption) => {
      await listen()
      await beginGroup(cluster, consumption.topic, consumption.group)
      const group = new Group(consumption, { cluster, pool, log })
      if (owned.disposed) return
      groups.push(group as unknown as Group<Topic>)
      group.start()
    },
    tail: async (topic, signal, since) => {
      if (since !== undefined) return owned.use(new KafkaTail(topic, cluster, log)).open(signal, since)
      const tail = tails.get(topic.name) ?? new KafkaTail<LiveTopic>(topic, cluster, log)
      tails.set(topic.name, tail)
      return (await tail.open(signal)) as Awaited<ReturnType<KafkaTail<typeof topic>['open']>>
    },
    healthy: cluster.healthy,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

const disposeAll = async (all: readonly AsyncDisposable[]): Promise<void> => {
  await Promise.all(all.map((each) => each[Symbol.asyncDispose]()))
}

/** What operators wish: an empty text means that dead letters are to be delivered again, an object that a group reads again. */
const obey = (text: string, groups: readonly Group<Topic>[], log: Log): void => {
  if (text === '') for (const group of groups) group.lookForDeadLetters()
  if (!text.startsWith('{')) return
  const replay = JSON.parse(text) as Replay
  for (const group of groups)
    if (group.place.topic === replay.topic && group.place.group === replay.group)
      void group.replay(replay).catch((error: unknown) => log.warn({ err: error, ...group.place }, 'group not replayed; it is tried again'))
}

/** A group that begins with what is published from now on is told where that is, unless it has begun already. */
const beginGroup = async (cluster: Cluster, topic: Topic, group: string): Promise<void> => {
  const startAt: StartAt | undefined = topic.groups[group]
  if (startAt === undefined) throw new TypeError(`${topic.name} does not declare the group ${group}`)
  await cluster.ensureTopic(topic.name)
  if (startAt === 'earliest') return
  const [topicName, groupId] = [cluster.topicName(topic.name), cluster.groupName(topic.name, group)]
  const [committed] = await cluster.ask((admin) => admin.fetchOffsets({ groupId, topics: [topicName] }))
  if (committed?.partitions.some(({ offset }) => offset !== '-1')) return
  const ends = (await cluster.ask((admin) => admin.fetchTopicOffsets(topicName))).map(({ partition, high }) => [partition, high] as const)
  await setOffsetsOf(cluster, { topic: topic.name, group }, new Map(ends))
}
