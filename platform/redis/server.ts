import { Redis } from 'ioredis'
import { messageOf } from '#platform/errors/errors.ts'
import { atEndOfTick } from '#platform/redis/tick.ts'
import { Deadlines } from '#platform/resilience/deadlines.ts'

/** After so many answers in a row that were late, a server is left alone until it answers again. */
const lateMax = 3
const connectMs = 1_000
/** A connection that answers nothing for so long is given up and made anew. */
const silentMs = 5_000
const pauseMs = (times: number): number => Math.min(50 * 2 ** Math.min(times, 5), 1_000) * (0.5 + Math.random() / 2)

export type ServerEvents = {
  /** Called before a server that was away is used again. */
  readonly onReturn: (server: RedisServer) => Promise<void>
}

const late = new Error('it did not answer in time')
const deadlines = new Deadlines()
const within = <T>(ms: number, work: Promise<T>): Promise<T> => deadlines.within(ms, work, () => late)

/** One Redis server, which costs no caller more than the time the caller allows, and nothing while it is known to be away. */
export class RedisServer implements AsyncDisposable {
  /** Host and port. */
  readonly name: string
  readonly #redis: Redis
  readonly #events: ServerEvents
  #lateInARow = 0
  #isUsable = false
  #isReturning = false
  #hasServed = false
  #returnedAt = 0
  #fault: unknown = new Error('not connected yet')

  constructor(url: string, events: ServerEvents) {
    this.name = new URL(url).host
    this.#events = events
    this.#redis = new Redis(url, {
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      connectTimeout: connectMs,
      retryStrategy: pauseMs,
      connectionName: 'cinegraph-cache',
    })
    this.#redis.on('error', (error) => {
      this.#fault = error
    })
    this.#redis.on('close', () => {
      this.#isUsable = false
    })
    this.#redis.on('ready', () => void this.#return())
  }

  get isUsable(): boolean {
    return this.#isUsable
  }
  /** Why it was not usable the last time. */
  get fault(): unknown {
    return this.#fault
  }
  /** Whether it has been away in the last so many milliseconds, so that what it lacks may lie in another zone. */
  hasReturnedWithin(ms: number): boolean {
    return Date.now() - this.#returnedAt < ms
  }

  /** Rejects when the server does not answer within `ms`, which the command may survive. */
  async run<T>(ms: number, command: (redis: Redis) => Promise<T>): Promise<T> {
    if (!this.#isUsable) throw this.#fault
    try {
      this.#writeTogether()
      const result = await within(ms, command(this.#redis))
      this.#lateInARow = 0
      return result
    } catch (error) {
      this.#fault = error
      if (error === late) this.#wasLate()
      throw error
    }
  }

  /** A connection of its own for messages of a channel. `onLoss` is called when messages may have been missed. */
  subscribe(channel: string, onMessage: (message: Buffer) => void, onLoss: () => void): AsyncDisposable {
    const subscriber = this.#redis.duplicate({ enableOfflineQueue: true, autoResubscribe: true, connectionName: 'cinegraph-changes' })
    subscriber.on('error', () => undefined)
    subscriber.on('close', onLoss)
    subscriber.on('ready', onLoss)
    subscriber.on('messageBuffer', (_channel: Buffer, message: Buffer) => onMessage(message))
    subscriber.subscribe(channel).catch(() => undefined)
    return { [Symbol.asyncDispose]: async () => subscriber.disconnect() }
  }

  /** Throws what the server says of its version, or why it cannot be asked. */
  async version(ms: number): Promise<number> {
    if (this.#redis.status !== 'ready') throw this.#fault
    const info = await within(ms, this.#redis.info('server'))
    return Number(/redis_version:(\d+)/.exec(info)?.[1] ?? 0)
  }

  /** Commands that are given at once go out as one write: ioredis makes one of each, which costs more than the command. */
  #writeTogether(): void {
    const { stream } = this.#redis
    if (stream.writableCorked > 0) return
    stream.cork()
    atEndOfTick(() => stream.uncork())
  }

  #wasLate(): void {
    this.#lateInARow += 1
    if (this.#lateInARow < lateMax || !this.#isUsable) return
    this.#isUsable = false
    void this.#return()
  }

  /** Uses it again once it answers, and what it missed was made good. */
  async #return(): Promise<void> {
    if (this.#isReturning) return
    this.#isReturning = true
    try {
      await within(silentMs, this.#redis.ping())
      if (this.#hasServed) this.#returnedAt = Date.now()
      this.#isUsable = true
      this.#lateInARow = 0
      if (this.#hasServed) await this.#events.onReturn(this)
      this.#hasServed = true
    } catch (error) {
      this.#isUsable = false
      this.#fault = error
      if (error === late) this.#redis.disconnect(true)
    } finally {
      this.#isReturning = false
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#redis.disconnect()
  }
}

/** Why waiting will not help; undefined for a server that may only be late. */
export const refusalOf = (error: unknown): string | undefined => {
  const text = messageOf(error)
  if (/WRONGPASS|NOAUTH|NOPERM|invalid password|invalid username/i.test(text)) return 'user or password is wrong'
  if (/Protocol error|RESP type/i.test(text)) return 'what answers there is not Redis'
  if (/SSL|TLS|wrong version number|certificate/i.test(text)) return `no secure connection can be made (${text.slice(0, 120)})`
  if (/is needed/.test(text)) return text
  return undefined
}
