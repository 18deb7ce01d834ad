import { setTimeout as sleep } from 'node:timers/promises'
import type { ConsumerConfig, EachBatchPayload } from 'kafkajs'
import { messageOf } from '#platform/errors/errors.ts'
import type { Log } from '#platform/observe/log.ts'
import { type Consumer, leave } from './client.ts'
import type { Cluster } from './cluster.ts'

export type ReaderOptions = {
  readonly cluster: Cluster
  /** As it is called on the brokers. */
  readonly groupId: string
  readonly topic: string
  readonly fromBeginning: boolean
  readonly eachBatch: (payload: EachBatchPayload) => Promise<void>
  /** Called with a consumer that has just begun, and with the partitions that it is given. */
  readonly started?: (consumer: Consumer) => void
  readonly assigned?: (partitions: readonly number[]) => void
  readonly log: Log
}

/**
 * NOTE: a member notices that its group is being shared out anew between two fetches, so that these times together are how long
 * that takes. A batch in hand is finished and committed first: no other member gets its partitions before that.
 */
const times = { maxWaitTimeInMs: 1_000, heartbeatInterval: 1_000, sessionTimeout: 10_000, rebalanceTimeout: 30_000 }
/** What a fetch may bring, of one partition and from one broker. */
const bytesMax = { maxBytesPerPartition: 2_097_152, maxBytes: 8_388_608 }
const partitionsAtOnce = 64
const restartMs = 1_000

const config = (groupId: string): ConsumerConfig => ({
  groupId,
  ...times,
  ...bytesMax,
  allowAutoTopicCreation: false,
  retry: { initialRetryTime: 200, maxRetryTime: 3_000, retries: 5, restartOnFailure: async () => false },
})

/** A consumer that begins again, whatever it failed of, until it is disposed of. */
export class Reader implements AsyncDisposable {
  readonly #options: ReaderOptions
  readonly #stop = new AbortController()
  #consumer: Consumer | undefined
  #failures = 0
  #running: Promise<void> | undefined
  #end: (error: Error) => void = () => undefined
  constructor(options: ReaderOptions) {
    this.#options = options
  }
  get consumer(): Consumer | undefined {
    return this.#consumer
  }
  start(): void {
    this.#running ??= this.#run()
  }
  /** Begins again with another consumer, which finds where the group is coordinated now. */
  restart(why: string): void {
    this.#end(new Error(why))
  }
  async #run(): Promise<void> {
    const { log, topic, groupId } = this.#options
    while (!this.#stop.signal.aborted) {
      const consumer = this.#options.cluster.kafka.consumer(config(groupId))
      this.#consumer = consumer
      try {
        await this.#consume(consumer)
      } catch (error) {
        // NOTE: what the next try mends, such as a coordinator that is loading, is worth no warning.
        const level = this.#failures === 0 ? 'debug' : 'warn'
        this.#failures += 1
        if (!this.#stop.signal.aborted)
          log[level]({ topic, group: groupId, reason: messageOf(error) }, 'event log cannot be read; it is tried again')
      }
      await leave(consumer)
      await sleep(restartMs, undefined, { signal: this.#stop.signal }).catch(() => undefined)
    }
  }
  /** Resolves when it is stopped, and throws what ended it otherwise. */
  async #consume(consumer: Consumer): Promise<void> {
    const { topic, fromBeginning, eachBatch, started, assigned } = this.#options
    const ended = Promise.withResolvers<void>()
    ended.promise.catch(() => undefined)
    this.#end = ended.reject
    consumer.on('consumer.crash', ({ payload }) => ended.reject(payload.error))
    // NOTE: kafkajs would go on with what it knows of leaders, and miss partitions that have moved away from a broker which stands still.
    consumer.on('consumer.network.request_timeout', () => this.restart('a broker does not answer in time'))
    consumer.on('consumer.group_join', ({ payload }) => {
      this.#failures = 0
      assigned?.(payload.memberAssignment[topic] ?? [])
    })
    const stopped = (): void => ended.resolve()
    this.#stop.signal.addEventListener('abort', stopped, { once: true })
    try {
      await Promise.race([consumer.connect(), ended.promise])
      await Promise.race([consumer.subscribe({ topic, fromBeginning }), ended.promise])
      const running = consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: partitionsAtOnce,
        eachBatch,
      })
      running.catch(() => undefined)
      started?.(consumer)
      await Promise.race([running, ended.promise])
      await ended.promise
    } finally {
      this.#stop.signal.removeEventListener('abort', stopped)
    }
  }
  /** Lets the batches in hand be finished, and leaves the group. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#running
  }
}
