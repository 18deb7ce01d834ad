import { setTimeout as sleep } from 'node:timers/promises'
import { type Admin, type Kafka, leave } from './client.ts'

const patienceMs = 15_000
const pauseMs = 200

/** NOTE: kafkajs fails with a TypeError of reading what no broker has answered. */
const isRetriable = (error: unknown): boolean =>
  error instanceof TypeError ||
  (error instanceof Error &&
    (('retriable' in error && error.retriable === true) || /^KafkaJS(Connection|NumberOfRetries|Broker|Request)/.test(error.name)))

/**
 * Asks brokers by one connection, which is replaced when a question fails of something that passes: a leader that has just changed,
 * a broker that is gone. NOTE: kafkajs gives up at once on most of these, and goes on with what it knew of leaders for minutes.
 */
export class Questions implements AsyncDisposable {
  readonly #kafka: Kafka
  #admin: Promise<Admin> | undefined
  constructor(kafka: Kafka) {
    this.#kafka = kafka
  }
  /** The answer; throws what the last try did when none has succeeded within 15 s. */
  async ask<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
    for (const until = Date.now() + patienceMs; ; await sleep(pauseMs)) {
      const admin = this.#open()
      try {
        return await question(await admin)
      } catch (error) {
        if (this.#admin === admin) await this.#close()
        if (!isRetriable(error) || Date.now() > until) throw error
      }
    }
  }
  /** The answer of one try. */
  async askOnce<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
    const admin = this.#open()
    try {
      return await question(await admin)
    } catch (error) {
      if (this.#admin === admin) await this.#close()
      throw error
    }
  }
  #open(): Promise<Admin> {
    this.#admin ??= this.#connect()
    return this.#admin
  }
  async #connect(): Promise<Admin> {
    const admin = this.#kafka.admin()
    await admin.connect()
    return admin
  }
  async #close(): Promise<void> {
    const admin = this.#admin
    this.#admin = undefined
    await admin?.then(leave).catch(() => undefined)
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.#close()
  }
}
