import { createHash } from 'node:crypto'
import type { CassandraSession } from '#platform/cassandra/session.ts'

/** Names of the tables, which lie in the keyspace of the session. */
export type Tables = { readonly [N in 'point' | 'recent' | 'live' | 'index' | 'chunk' | 'state']: string }

export const tablesOf = ({ keyspace }: Pick<CassandraSession, 'keyspace'>): Tables => ({
  point: `${keyspace}.resume_point`,
  recent: `${keyspace}.resume_point_by_week`,
  live: `${keyspace}.live_view`,
  index: `${keyspace}.compressed_index`,
  chunk: `${keyspace}.compressed_view`,
  state: `${keyspace}.roll_up`,
})

/**
 * NOTE: with an id of its own, a table that several processes create at the same time is one table on all nodes; without, each
 * would give it another: https://issues.apache.org/jira/browse/CASSANDRA-5202
 */
const create = (table: string, columns: string, options: string): string => {
  const hex = createHash('sha256').update(table).digest('hex')
  const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-1${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
  return `create table if not exists ${table} (${columns}) with id = ${id} ${options}`
}

const leveled = `and compaction = {'class': 'LeveledCompactionStrategy'}`
/** Windows of a bucket's length; what a roll-up has deleted leaves with its window. */
const byTime = `and compaction = {'class': 'TimeWindowCompactionStrategy', 'compaction_window_unit': 'DAYS', 'compaction_window_size': 10,
  'unchecked_tombstone_compaction': true}`

const definitions = (tables: Tables): readonly string[] => [
  create(tables.point, 'profile_id text, title_id text, point text, primary key (profile_id, title_id)', leveled),
  create(
    tables.recent,
    'profile_id text, week int, title_id text, point text, primary key (profile_id, week, title_id)',
    `and clustering order by (week desc, title_id asc) ${leveled}`,
  ),
  create(
    tables.live,
    'profile_id text, bucket int, session_id text, started_at bigint, report text, primary key ((profile_id, bucket), session_id, started_at)',
    byTime,
  ),
  create(tables.index, 'profile_id text primary key, version int, is_removed boolean, chunks text, garbage map<text, bigint>', leveled),
  create(tables.chunk, 'profile_id text, chunk text, data blob, primary key ((profile_id, chunk))', leveled),
  create(tables.state, 'id int primary key, oldest_bucket int, holder text', leveled),
]

/** Makes keyspace and tables where they are missing; several processes may do it at once. */
export const ensureTables = async (session: CassandraSession): Promise<Tables> => {
  const tables = tablesOf(session)
  const known = new Set<unknown>()
  const query = 'select table_name from system_schema.tables where keyspace_name = ?'
  for await (const { table_name } of session.read({ query, params: [session.keyspace] })) known.add(`${session.keyspace}.${table_name}`)
  if (Object.values(tables).every((table) => known.has(table))) return tables
  await session.define(
    `create keyspace if not exists ${session.keyspace} with replication = {'class': 'NetworkTopologyStrategy', '${session.datacenter}': ${session.replication}}`,
  )
  for (const definition of definitions(tables)) await session.define(definition)
  return tables
}
