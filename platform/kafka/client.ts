import { setTimeout as sleep } from 'node:timers/promises'
import { Kafka, type KafkaConfig, logLevel, Partitioners, type SASLOptions } from 'kafkajs'
import type { Log } from '#platform/observe/log.ts'
import type { ClusterUrl } from '#platform/settings/cluster-url.ts'
import { cureHangs, curePolling, cureSilence, cureSpinning } from './cures.ts'

export type { Admin, Consumer, Kafka, Producer } from 'kafkajs'

curePolling()
cureHangs()
cureSilence()
cureSpinning()

const partitioner = Partitioners.DefaultPartitioner()

/** Where the events of a key lie among so many partitions: where Java's clients put them, too. */
export const partitionOf = (key: string, partitions: number): number =>
  partitioner({
    topic: '',
    message: { key, value: null },
    partitionMetadata: Array.from({ length: partitions }, (_, partitionId) => ({
      partitionId,
      partitionErrorCode: 0,
      leader: 0,
      replicas: [],
      isr: [],
    })),
  })

/** Messages say themselves which partition they are for. */
export const explicitPartitioner = Partitioners.DefaultPartitioner

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
    requestTimeout: 6_000,
    retry,
    logLevel: logLevel.INFO,
    logCreator: quietLog(log),
    ...(options.tls === 'true' ? { ssl: true } : {}),
    ...(user === '' ? {} : { sasl: { mechanism: mechanismOf(options.sasl), username: user, password } as SASLOptions }),
  })

/** How long a client may take to finish what it has in hand and to leave; a group of consumers waits no longer for one either. */
const leaveMs = 10_000

/** Ends a client in order, and goes on without it when it does not end in time. Never rejects. */
export const leave = async (client: { disconnect(): Promise<void> }): Promise<void> => {
  await Promise.race([client.disconnect(), sleep(leaveMs, undefined, { ref: false })]).catch(() => undefined)
}
