import { cassandraUrls, clusterUrl } from '#platform/settings/cluster-url.ts'
import { setting } from '#platform/settings/setting.ts'

/** Settings of the viewing history in Cassandra. */
export const cassandraSettings = {
  cassandraUrl: setting(
    'cassandra-url',
    'CASSANDRA_URL',
    '',
    'Cassandra for the viewing history: cassandra://host,host/keyspace',
    clusterUrl(cassandraUrls),
  ),
} as const
