import { join } from 'node:path'
import type { CassandraSession } from '#platform/cassandra/session.ts'
import type { Log } from '#platform/observe/log.ts'
import type { CreateCache } from '#platform/ports/cache.ts'
import type { EventLog, EventLogAdmin } from '#platform/ports/event-log.ts'
import type { Jobs, JobsAdmin } from '#platform/ports/jobs.ts'
import type { Leases } from '#platform/ports/leases.ts'
import type { ObjectStore } from '#platform/ports/object-store.ts'
import type { SearchIndex } from '#platform/ports/search-index.ts'
import type { Database } from '#platform/postgres/database.ts'
import type { Latch } from '#platform/redis/latch.ts'
import { s3Options } from '#platform/s3/options.ts'
import type { Environment } from '#platform/settings/setting.ts'

/** What the service needs an engine for, and the port through which it is used. */
export type Needs = {
  readonly database: Database
  readonly events: EventLog
  readonly eventsAdmin: EventLogAdmin
  readonly jobs: Jobs
  readonly jobsAdmin: JobsAdmin
  readonly objects: ObjectStore
  readonly mailbox: ObjectStore
  readonly cache: CreateCache
  readonly search: SearchIndex
  readonly leases: Leases & AsyncDisposable
  /** For stores that lie in the rooms which need them. Only of a service whose settings choose it. */
  readonly cassandra: CassandraSession
}
export type Need = keyof Needs
/** How an adapter is opened, from settings by their names in the environment. */
export type Open<T> = (settings: Environment, log: Log) => Promise<T>
type Engine<T> = {
  /** The setting whose value chooses this engine; null for the embedded default of a need. */
  readonly setting: string | null
  /** Absent while this version carries no adapter: the setting is refused. A driver is imported here, when it is chosen, and not before. */
  readonly open?: Open<T>
}

const required = (settings: Environment, name: string): string => settings[name] ?? ''
const folder =
  (name: string): Open<ObjectStore> =>
  async (settings) =>
    (await import('#platform/adapters/object-store.folder.ts')).createFolderStore(join(required(settings, 'CINEGRAPH_DATA'), name))

const postgresDatabase: Open<Database> = async (settings) =>
  (await import('#platform/postgres/database.ts')).openDatabase(required(settings, 'DATABASE_URL'))
const postgresEvents: Open<EventLog> = async (settings, log) =>
  (await import('#platform/adapters/event-log.postgres.ts')).createPostgresEventLog(required(settings, 'DATABASE_URL'), log)
const postgresEventsAdmin: Open<EventLogAdmin> = async (settings) =>
  (await import('#platform/adapters/event-log-admin.postgres.ts')).createPostgresEventLogAdmin(required(settings, 'DATABASE_URL'))
const kafkaEvents: Open<EventLog> = async (settings, log) =>
  (await import('#platform/adapters/event-log.kafka.ts')).createKafkaEventLog(settings, log)
const kafkaEventsAdmin: Open<EventLogAdmin> = async (settings, log) =>
  (await import('#platform/adapters/event-log-admin.kafka.ts')).createKafkaEventLogAdmin(settings, log)
const postgresJobsAdmin: Open<JobsAdmin> = async (settings) =>
  (await import('#platform/adapters/jobs-admin.postgres.ts')).createPostgresJobsAdmin(required(settings, 'DATABASE_URL'))
const postgresJobs: Open<Jobs> = async (settings, log) =>
  (await import('#platform/adapters/jobs.postgres.ts')).createPostgresJobs(required(settings, 'DATABASE_URL'), log)
const postgresLeases: Open<Needs['leases']> = async (settings, log) => {
  const { createPostgresLeases } = await import('#platform/adapters/leases.postgres.ts')
  const database = await postgresDatabase(settings, log)
  return { ...(await createPostgresLeases(database.pool)), [Symbol.asyncDispose]: () => database[Symbol.asyncDispose]() }
}
const cassandra: Open<CassandraSession> = async (settings, log) =>
  (await import('#platform/cassandra/open.ts')).openCassandra(settings, log)
const s3Objects: Open<ObjectStore> = async (settings, log) =>
  (await import('#platform/adapters/object-store.s3.ts')).createS3Store(s3Options(settings), log)
const elasticsearch: Open<SearchIndex> = async (settings, log) => {
  const { createElasticsearchIndex } = await import('#platform/adapters/search-index.elasticsearch.ts')
  const { elasticsearchOptions } = await import('#platform/elasticsearch/client.ts')
  return createElasticsearchIndex(elasticsearchOptions(settings), log)
}
const memoryCache: Open<CreateCache> = async () => (await import('#platform/adapters/cache.memory.ts')).createMemoryCache()
const redisCache: Open<CreateCache> = async (settings, log) => {
  const { createRedisCache } = await import('#platform/adapters/cache.redis.ts')
  return createRedisCache(
    {
      urls: required(settings, 'REDIS_URLS'),
      prefix: required(settings, 'REDIS_PREFIX'),
      latch: required(settings, 'REDIS_LATCH') as Latch,
      readMs: Number(required(settings, 'REDIS_READ_MS')),
      memoryBytesMax: Number(required(settings, 'REDIS_MEMORY_MB')) * 1_048_576,
      waitSeconds: Number(required(settings, 'CINEGRAPH_DATABASE_WAIT_SECONDS')),
    },
    log,
  )
}
const miniSearch: Open<SearchIndex> = async () => (await import('#platform/adapters/search-index.minisearch.ts')).createMiniSearchIndex()

/** Need → setting → adapter. Of each need the first engine is opened whose setting has a value. */
export const engineTable: { readonly [N in Need]: readonly Engine<Needs[N]>[] } = {
  database: [{ setting: 'DATABASE_REPLICA_URLS' }, { setting: 'DATABASE_URL', open: postgresDatabase }],
  events: [
    { setting: 'KAFKA_URL', open: kafkaEvents },
    { setting: 'DATABASE_URL', open: postgresEvents },
  ],
  eventsAdmin: [
    { setting: 'KAFKA_URL', open: kafkaEventsAdmin },
    { setting: 'DATABASE_URL', open: postgresEventsAdmin },
  ],
  jobs: [{ setting: 'DATABASE_URL', open: postgresJobs }],
  jobsAdmin: [{ setting: 'DATABASE_URL', open: postgresJobsAdmin }],
  objects: [
    { setting: 'S3_ENDPOINT', open: s3Objects },
    { setting: null, open: folder('media') },
  ],
  mailbox: [{ setting: null, open: folder('mail') }],
  cache: [
    { setting: 'REDIS_URLS', open: redisCache },
    { setting: null, open: memoryCache },
  ],
  search: [
    { setting: 'ELASTICSEARCH_URL', open: elasticsearch },
    { setting: null, open: miniSearch },
  ],
  leases: [{ setting: 'DATABASE_URL', open: postgresLeases }],
  cassandra: [{ setting: 'CASSANDRA_URL', open: cassandra }],
}

/** Engines whose port lies in the room that needs them: the workflow of `workers/transcode`, the training of `workers/recs`. */
const roomEngines = ['CONDUCTOR_URL', 'SPARK_URL']

/** Settings of engines that this version carries no adapter for. Set, they must not be silently ignored. */
export const settingsWithoutAdapter: readonly string[] = [
  ...roomEngines,
  ...Object.values(engineTable).flatMap((engines: readonly Engine<unknown>[]) =>
    engines.flatMap(({ setting, open }) => (open === undefined && setting !== null ? [setting] : [])),
  ),
]
