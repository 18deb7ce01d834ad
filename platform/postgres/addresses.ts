import { type ClusterUrl, parseClusterUrl, placeOf } from '#platform/settings/cluster-url.ts'

/** What DATABASE_URL may say; options are those of PostgreSQL's clients, and `pool_max`. */
export const databaseUrls = {
  schemes: ['postgres', 'postgresql'],
  port: 5432,
  example: 'postgres://user:password@host:5432,host:5432/database',
}

const parsed = (connectionString: string): ClusterUrl | undefined => parseClusterUrl(connectionString, databaseUrls)

export const hostsOf = (connectionString: string): ClusterUrl['hosts'] => parsed(connectionString)?.hosts ?? []
export const databaseOf = (connectionString: string): string => parsed(connectionString)?.name ?? ''
/** Its servers as a person reads them, without secrets. */
export const serversOf = (connectionString: string): string => placeOf({ hosts: hostsOf(connectionString) })
export const optionOf = (connectionString: string, name: string): string | undefined => parsed(connectionString)?.options[name]

/** The same address with another database. */
export const withDatabase = (connectionString: string, name: string): string =>
  connectionString.replace(/^([a-z]+:\/\/[^/?#]+)(\/[^?#]*)?/, `$1/${encodeURIComponent(name)}`)

/** The same address with one of its servers. */
export const withHost = (connectionString: string, { host, port }: ClusterUrl['hosts'][number]): string =>
  connectionString.replace(/^([a-z]+:\/\/(?:[^@/]*@)?)[^/?#]+/, `$1${host}:${port}`)
