import { cassandraSettings } from '#platform/settings/engines/cassandra.ts'
import { kafkaSettings } from '#platform/settings/engines/kafka.ts'
import { redisSettings } from '#platform/settings/engines/redis.ts'

/** Settings of the engines that are chosen instead of embedded ones; each engine's are a file of `engines/`. */
export const engineSettings = { ...redisSettings, ...cassandraSettings, ...kafkaSettings } as const
