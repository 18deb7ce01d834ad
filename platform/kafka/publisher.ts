import { CinegraphError, messageOf } from '#platform/errors/errors.ts'
import { GroupCommit } from '#platform/events/group-commit.ts'
import type { Recorded } from '#platform/events/recorded.ts'
import { type Producer, partitioner } from './client.ts'
import type { Cluster } from './cluster.ts'

const limits = { lingerMs: 5, itemsMax: 2_000, bytesMax: 4_194_304, waitingBytesMax: 67_108_864 }
/** What a message takes beside its text. */
const messageBytes = 200
const ackTimeoutMs = 5_000

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
  async #write(events: readonly Recorded[]): Promise<void> {
    const topicMessages = [...Map.groupBy(events, ({ topic }) => topic)].map(([topic, recorded]) => ({
      topic: this.#cluster.topicName(topic),
      messages: recorded.map(({ id, key, version, traceparent, text }) => ({
        key,
        value: text,
        headers: { id, version: String(version), traceparent },
      })),
    }))
    try {
      const producer = await this.#open()
      await producer.sendBatch({ acks: -1, timeout: ackTimeoutMs, topicMessages })
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
      createPartitioner: partitioner,
      retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 8 },
    })
    await producer.connect()
    return producer
  }
  async #close(): Promise<void> {
    const producer = this.#producer
    this.#producer = undefined
    await producer?.then((each) => each.disconnect()).catch(() => undefined)
  }
  /** Writes what waits. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#commit[Symbol.asyncDispose]()
    await this.#close()
  }
}

const unavailable = (error: unknown): never => {
  throw new CinegraphError('EVENTS_UNAVAILABLE', { why: messageOf(error) }, error)
}
