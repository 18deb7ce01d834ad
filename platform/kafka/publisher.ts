import type { Message } from 'kafkajs'
import { CinegraphError, messageOf } from '#platform/errors/errors.ts'
import { GroupCommit } from '#platform/events/group-commit.ts'
import type { Recorded } from '#platform/events/recorded.ts'
import { explicitPartitioner, leave, type Producer, partitionOf } from './client.ts'
import type { Cluster } from './cluster.ts'

const limits = { lingerMs: 5, itemsMax: 2_000, bytesMax: 4_194_304, waitingBytesMax: 67_108_864 }
/** What a message takes beside its text. */
const messageBytes = 200
/** NOTE: less than a request may take, so that a leader that waits for its replicas says so and is not taken for one that stands still. */
const ackTimeoutMs = 3_000

/**
 * Publishes events of many callers together, one request after another, so that the order of a key is that of the calls. What
 * kafkajs sends again is written once (idempotent producer).
 */
export class Publisher implements AsyncDisposable {
  readonly #cluster: Cluster
  readonly #commit: GroupCommit<Recorded>
  #producer: Promise<Producer> | undefined
  constructor(cluster: Cluster) {
    this.#cluster = cluster
    this.#commit = new GroupCommit<Recorded>({
      ...limits,
      bytesOf: ({ text }) => text.length + messageBytes,
      write: (events) => this.#write(events),
    })
  }
  /** Resolves when all in-sync replicas have the events. Throws EVENTS_UNAVAILABLE or OVERLOADED. */
  async put(events: readonly Recorded[]): Promise<void> {
    const [first] = events
    if (first === undefined) return
    await this.#cluster.ensureTopic(first.topic).catch(unavailable)
    await this.#commit.put(events)
  }
  /**
   * NOTE: a request for each partition. When a request of several is tried again after a leader has changed, kafkajs takes those
   * that moved to a broker which has answered already for written, and they are lost.
   */
  async #write(events: readonly Recorded[]): Promise<void> {
    try {
      const producer = await this.#open()
      const places = [...Map.groupBy(events, ({ topic }) => topic)].map(async ([topic, recorded]) => {
        const partitions = await this.#cluster.ensureTopic(topic)
        const byPartition = Map.groupBy(recorded, ({ key }) => partitionOf(key, partitions))
        return [...byPartition].map(([partition, rows]) => ({
          topic: this.#cluster.topicName(topic),
          messages: rows.map((row) => messageOfRow(row, partition)),
        }))
      })
      const sent = (await Promise.all(places)).flat().map((place) => producer.send({ ...place, acks: -1, timeout: ackTimeoutMs }))
      const failed = (await Promise.allSettled(sent)).find((result) => result.status === 'rejected')
      if (failed !== undefined) throw failed.reason
    } catch (error) {
      // NOTE: whether the request was written is not known, and kafkajs gives the next one its sequence number: a broker that has
      // written it would take the next one for a repeat, and drop it. Another producer has numbers of its own.
      await this.#close()
      unavailable(error)
    }
  }
  #open(): Promise<Producer> {
    this.#producer ??= this.#connect()
    return this.#producer
  }
  async #connect(): Promise<Producer> {
    const producer = this.#cluster.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: explicitPartitioner,
      retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 8 },
    })
    await producer.connect()
    return producer
  }
  async #close(): Promise<void> {
    const producer = this.#producer
    this.#producer = undefined
    await producer?.then(leave).catch(() => undefined)
  }
  /** Writes what waits. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#commit[Symbol.asyncDispose]()
    await this.#close()
  }
}

const messageOfRow = ({ id, key, version, traceparent, text }: Recorded, partition: number): Message => ({
  key,
  value: text,
  partition,
  headers: { id, version: String(version), traceparent },
})

const unavailable = (error: unknown): never => {
  throw new CinegraphError('EVENTS_UNAVAILABLE', { why: messageOf(error) }, error)
}
