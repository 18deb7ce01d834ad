import type { Log } from '#platform/observe/log.ts'
import type { ClusterUrl } from '#platform/settings/cluster-url.ts'
import { type Admin, type Kafka, kafkaClient } from './client.ts'
import { Questions } from './questions.ts'

/** The brokers as the log uses them: one prefix for names of topics and groups, one connection for questions. */
export type Cluster = AsyncDisposable & {
  readonly kafka: Kafka
  /** Asks brokers, again when what is in the way passes. */
  readonly ask: Questions['ask']
  readonly topicName: (topic: string) => string
  readonly groupName: (topic: string, group: string) => string
  /** Creates a topic unless it is there; its events are kept for the time that the settings say. Gives how many partitions it has. */
  readonly ensureTopic: (topic: string) => Promise<number>
  readonly healthy: () => Promise<boolean>
}

const defaults = { partitions: 12, retentionHours: 168 }
/** An event has 1 MiB at most, and its headers and its record some more. */
const messageBytesMax = 2_097_152

/** Connects to the brokers. Throws what kafkajs throws when none of them can be used. */
export const connectKafka = async (url: ClusterUrl, log: Log): Promise<Cluster> => {
  const kafka = kafkaClient(url, log)
  const questions = new Questions(kafka)
  await questions.askOnce((admin) => admin.describeCluster())
  const prefix = url.name === '' ? '' : `${url.name}.`
  const topicName = (topic: string): string => `${prefix}${topic}`
  const known = new Map<string, Promise<number>>()
  const ensureTopic = (topic: string): Promise<number> => {
    const made = known.get(topic) ?? questions.ask((admin) => createTopic(admin, topicName(topic), url))
    known.set(topic, made)
    made.catch(() => known.delete(topic))
    return made
  }
  return {
    kafka,
    ask: (question) => questions.ask(question),
    topicName,
    groupName: (topic, group) => `${prefix}${topic}:${group}`,
    ensureTopic,
    healthy: () =>
      questions
        .askOnce((admin) => admin.describeCluster())
        .then(
          ({ brokers }) => brokers.length > 0,
          () => false,
        ),
    [Symbol.asyncDispose]: () => questions[Symbol.asyncDispose](),
  }
}

/** NOTE: it is there when another process has just created it, too: kafkajs gives false then. */
const createTopic = async (admin: Admin, topic: string, { options }: ClusterUrl): Promise<number> => {
  await admin.createTopics({
    waitForLeaders: true,
    topics: [
      {
        topic,
        numPartitions: Number(options.partitions ?? defaults.partitions),
        replicationFactor: Number(options.replication ?? -1),
        configEntries: [
          { name: 'retention.ms', value: String(Number(options.retentionHours ?? defaults.retentionHours) * 3_600_000) },
          { name: 'message.timestamp.type', value: 'LogAppendTime' },
          { name: 'max.message.bytes', value: String(messageBytesMax) },
        ],
      },
    ],
  })
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
  return topics[0]?.partitions.length ?? 0
}
