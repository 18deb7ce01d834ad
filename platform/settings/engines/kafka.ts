import { clusterUrl, kafkaUrls } from '#platform/settings/cluster-url.ts'
import { setting } from '#platform/settings/setting.ts'

/** Settings of the event log on Kafka. */
export const kafkaSettings = {
  kafkaUrl: setting('kafka-url', 'KAFKA_URL', '', 'Kafka for the event log: kafka://host:port,host:port/prefix', clusterUrl(kafkaUrls)),
} as const
