import { createRequire } from 'node:module'
import { Kafka, type KafkaConfig, logLevel, Partitioners, type SASLOptions } from 'kafkajs'
import type { Log } from '#platform/observe/log.ts'
import type { ClusterUrl } from '#platform/settings/cluster-url.ts'

export type { Admin, Consumer, Kafka, Producer } from 'kafkajs'

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

const timeoutCheckMs = 1_000

/**
 * NOTE: kafkajs 2.2.4 looks every millisecond whether a connection has requests that wait, and ten times a second for requests that
 * are late, also while it is idle. These two methods do the same when there is something to look for, and once a second.
 */
const curePolling = (): void => {
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/network/requestQueue/index.js') as { prototype: RequestQueue }
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
curePolling()

/** Java's partitioner, so that other clients put the events of a key where ours do. */
export const partitioner = Partitioners.DefaultPartitioner

/** NOTE: what kafkajs logs as an error is tried again, such as a coordinator that is loading; what is given up is thrown. */
const quietLog =
  (log: Log): NonNullable<KafkaConfig['logCreator']> =>
  () =>
  ({ namespace, log: { message, ...details } }) => {
    log.debug({ kafka: namespace, error: details.error }, message)
  }

const mechanismOf = (option: string | undefined): SASLOptions['mechanism'] => {
  if (option === 'plain' || option === 'scram-sha-256') return option
  return 'scram-sha-512'
}

const retry = { initialRetryTime: 100, maxRetryTime: 2_000, retries: 8 }

/** A client of the brokers that a URL names; it connects when it is used. */
export const kafkaClient = ({ hosts, user, password, options }: ClusterUrl, log: Log): Kafka =>
  new Kafka({
    clientId: 'cinegraph',
    brokers: hosts.map(({ host, port }) => `${host}:${port}`),
    connectionTimeout: 3_000,
    requestTimeout: 5_000,
    retry,
    logLevel: logLevel.INFO,
    logCreator: quietLog(log),
    ...(options.tls === 'true' ? { ssl: true } : {}),
    ...(user === '' ? {} : { sasl: { mechanism: mechanismOf(options.sasl), username: user, password } as SASLOptions }),
  })
