import { createRequire } from 'node:module'

const requireFrom = createRequire(import.meta.url)

type RequestQueue = {
  readonly pending: readonly unknown[]
  readonly inflight: ReadonlyMap<number, { readonly sentAt: number; readonly requestTimeout: number; timeoutRequest(): void }>
  readonly throttledUntil: number
  readonly enforceRequestTimeout: boolean
  requestTimeoutIntervalId: NodeJS.Timeout
  destroy(): void
  isConnected(): boolean
  scheduleCheckPendingRequests(): void
  scheduleRequestTimeoutCheck(): void
}
type Connection = {
  readonly host: string
  readonly port: number
  send(request: unknown): Promise<unknown>
  disconnect(): Promise<unknown>
}
type ClosedError = new (message: string, broker: { readonly host: string; readonly port: number }) => Error

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
      if (!this.isConnected()) this.destroy()
    }, timeoutCheckMs)
  }
}

/**
 * NOTE: kafkajs sends a request that was not answered in time again to the same broker, and asks for the new leader only when the
 * connection was lost. A broker that stands still loses its partitions and keeps its connections; here it loses those, too.
 */
export const cureHangs = (): void => {
  const { prototype } = requireFrom('kafkajs/src/network/connection.js') as { prototype: Connection }
  const { KafkaJSConnectionClosedError } = requireFrom('kafkajs/src/errors.js') as { KafkaJSConnectionClosedError: ClosedError }
  const send = prototype.send
  prototype.send = async function (this: Connection, request: unknown) {
    try {
      return await send.call(this, request)
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'KafkaJSRequestTimeoutError') throw error
      await this.disconnect().catch(() => undefined)
      throw new KafkaJSConnectionClosedError(error.message, { host: this.host, port: this.port })
    }
  }
}
