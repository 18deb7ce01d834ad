import { cassandraSettings } from '#platform/settings/engines/cassandra.ts'
import { elasticsearchSettings } from '#platform/settings/engines/elasticsearch.ts'
import { kafkaSettings } from '#platform/settings/engines/kafka.ts'
import { redisSettings } from '#platform/settings/engines/redis.ts'
import { s3Settings } from '#platform/settings/engines/s3.ts'

/** Settings of the engines that are chosen instead of embedded ones; each engine's are a file of `engines/`. */
export const engineSettings = { ...redisSettings, ...s3Settings, ...elasticsearchSettings, ...cassandraSettings, ...kafkaSettings } as const
