import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'

const requireFrom = createRequire(import.meta.url)

type RequestQueue = {
  readonly pending: readonly unknown[]
  readonly inflight: ReadonlyMap<number, { readonly sentAt: number; readonly requestTimeout: number; timeoutRequest(): void }>
  readonly throttledUntil: number
  readonly enforceRequestTimeout: boolean
  requestTimeoutIntervalId: NodeJS.Timeout
  destroy(): void
  rejectAll(error: Error): void
  isConnected(): boolean
  scheduleCheckPendingRequests(): void
  scheduleRequestTimeoutCheck(): void
}
type Connection = {
  readonly host: string
  readonly port: number
  readonly socket?: Socket
  readonly requestQueue: RequestQueue
  chunks: readonly Buffer[]
  bytesBuffered: number
  bytesNeeded: number
  connect(): Promise<unknown>
  send(request: unknown): Promise<unknown>
  disconnect(): Promise<unknown>
  processData(bytes: Buffer): void
}
type Errors = {
  readonly KafkaJSConnectionClosedError: new (message: string, broker: { readonly host: string; readonly port: number }) => Error
  readonly KafkaJSConnectionError: new (message: string, options: { readonly broker: string }) => Error
}

const timeoutCheckMs = 1_000

/**
 * NOTE: kafkajs 2.2.4 looks every millisecond whether a connection has requests that wait, and ten times a second for requests that
 * are late, also while it is idle. These two methods do the same when there is something to look for, and once a second.
 */
export const curePolling = (): void => {
  const { prototype } = requireFrom('kafkajs/src/network/requestQueue/index.js') as { prototype: RequestQueue }
  const schedule = prototype.scheduleCheckPendingRequests
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length > 0 || this.throttledUntil > Date.now()) schedule.call(this)
  }
  prototype.scheduleRequestTimeoutCheck = function (this: RequestQueue) {
    if (!this.enforceRequestTimeout) return
    this.destroy()
    this.requestTimeoutIntervalId = setInterval(() => {
      for (const request of this.inflight.values()) if (Date.now() - request.sentAt > request.requestTimeout) request.timeoutRequest()
      // NOTE: kafkajs stops to look as soon as it disconnects, which then waits for what is in flight, without end.
      if (!this.isConnected() && this.inflight.size === 0) this.destroy()
    }, timeoutCheckMs)
  }
}

/** How long a broker that did not answer in time is taken for one that is gone. */
const goneMs = 5_000
/** What the length of an answer takes. */
const lengthBytes = 4

/**
 * NOTE: kafkajs keeps the connection to a broker that stands still: requests that wait for their turn there wait for the time of each
 * before them, and every search for the new leader is sent there again, because a connection that is open counts as a broker that
 * works. Here one request that was not answered in time ends the connection and all requests on it, and the broker is taken for one
 * that refuses connections, which kafkajs goes around. No request outlives the connection that it was sent on.
 */
export const cureHangs = (): void => {
  const { prototype } = requireFrom('kafkajs/src/network/connection.js') as { prototype: Connection }
  const errors = requireFrom('kafkajs/src/errors.js') as Errors
  const { send, connect, disconnect, processData } = prototype
  const goneUntil = new Map<string, number>()
  const placeOf = ({ host, port }: Connection): string => `${host}:${port}`
  const isGone = (connection: Connection): boolean => Date.now() < (goneUntil.get(placeOf(connection)) ?? 0)
  const closed = (connection: Connection): Error =>
    new errors.KafkaJSConnectionClosedError(`Broker ${placeOf(connection)} does not answer in time`, connection)

  prototype.connect = async function (this: Connection) {
    if (isGone(this)) throw new errors.KafkaJSConnectionError(closed(this).message, { broker: placeOf(this) })
    return connect.call(this)
  }
  prototype.disconnect = async function (this: Connection) {
    if (isGone(this)) cutOff(this, closed(this))
    await disconnect.call(this)
    // NOTE: what was sent after kafkajs had looked for requests that wait, and before it closed, would wait without end.
    this.requestQueue.rejectAll(closed(this))
  }
  // NOTE: what a server of another kind answers may have no length that a buffer can have; thrown here, it would end the process.
  prototype.processData = function (this: Connection, bytes: Buffer) {
    try {
      processData.call(this, bytes)
    } catch {
      cutOff(this, new errors.KafkaJSConnectionError('What answers there is not Kafka', { broker: placeOf(this) }))
      void this.disconnect().catch(() => undefined)
    }
  }
  prototype.send = async function (this: Connection, request: unknown) {
    try {
      return await send.call(this, request)
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'KafkaJSRequestTimeoutError') throw error
      goneUntil.set(placeOf(this), Date.now() + goneMs)
      await this.disconnect().catch(() => undefined)
      throw closed(this)
    }
  }
}

type Cluster = { metadata(question?: object): Promise<unknown> }

/**
 * NOTE: kafkajs gives null for what it knows of topics and brokers when no broker has answered, and then fails of reading it. Said to be
 * what it is, it is asked again.
 */
export const cureSilence = (): void => {
  const { prototype } = requireFrom('kafkajs/src/cluster/index.js') as { prototype: Cluster }
  const { KafkaJSConnectionError } = requireFrom('kafkajs/src/errors.js') as Errors
  const { metadata } = prototype
  prototype.metadata = async function (this: Cluster, question?: object) {
    const found = await metadata.call(this, question)
    if (found === null) throw new KafkaJSConnectionError('No broker answers', { broker: 'any' })
    return found
  }
}

type Runner = {
  readonly running: boolean
  readonly fetchManager: { stop(): Promise<void> }
  fetch(nodeId: number): Promise<readonly unknown[]>
}

/**
 * NOTE: a reader of kafkajs that was ended while the brokers to read from changed begins new loops that nobody ends. Each asks, is told
 * that the reader does not run, and asks again, without ever letting go of the process: timers, sockets and everything else of it stand
 * still for good. Here whoever asks a reader that does not run waits a turn, and its loops end.
 */
export const cureSpinning = (): void => {
  const { prototype } = requireFrom('kafkajs/src/consumer/runner.js') as { prototype: Runner }
  const { fetch } = prototype
  prototype.fetch = async function (this: Runner, nodeId: number) {
    if (this.running) return fetch.call(this, nodeId)
    await nextTurn()
    // NOTE: it waits for the loop that asks here.
    void this.fetchManager.stop()
    return []
  }
}

/** Ends all that waits on a connection. NOTE: half an answer that was read must not be taken for the beginning of the next one. */
const cutOff = (connection: Connection, why: Error): void => {
  connection.socket?.destroy()
  connection.requestQueue.rejectAll(why)
  connection.chunks = []
  connection.bytesBuffered = 0
  connection.bytesNeeded = lengthBytes
}
