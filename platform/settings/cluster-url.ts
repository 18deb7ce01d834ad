import { type Environment, invalidSetting } from '#platform/settings/setting.ts'

/** What one URL says of several servers: `scheme://user:password@host:port,host:port/name?option=value`. */
export type ClusterUrl = {
  readonly scheme: string
  /** Decoded; both empty when the URL names nobody. */
  readonly user: string
  readonly password: string
  readonly hosts: readonly { readonly host: string; readonly port: number }[]
  /** What stands behind the first `/`, decoded. */
  readonly name: string
  readonly options: Environment
}

/** What each engine's URL may say. */
export const kafkaUrls = {
  schemes: ['kafka'],
  port: 9092,
  options: ['partitions', 'replication', 'retentionHours', 'sasl', 'tls'],
  example: 'kafka://user:password@host:9092,host:9092/prefix?partitions=12',
}
export const cassandraUrls = {
  schemes: ['cassandra'],
  port: 9042,
  options: ['datacenter', 'consistency', 'replication', 'tls'],
  example: 'cassandra://user:password@host:9042,host:9042/keyspace?consistency=LOCAL_QUORUM',
}

type Wanted = { readonly schemes: readonly string[]; readonly port: number }

const shape = /^([a-z]+):\/\/(?:([^@/]*)@)?([^/?#@]+)(?:\/([^?#]*))?(?:\?([^#]*))?$/
const server = /^(\[[0-9a-fA-F:.]+\]|[^\s:[\]]+)(?::(\d{1,5}))?$/

/** Reads a URL that may name several hosts, which `URL` cannot. Undefined when it is none of these schemes or malformed. */
export const parseClusterUrl = (text: string, { schemes, port }: Wanted): ClusterUrl | undefined => {
  const [, scheme = '', userinfo = '', list = '', name = '', query = ''] = shape.exec(text) ?? []
  const hosts = list.split(',').map((each) => server.exec(each))
  if (!schemes.includes(scheme) || hosts.some((host) => host === null)) return undefined
  const [user = '', ...secret] = userinfo.split(':')
  try {
    return {
      scheme,
      user: decodeURIComponent(user),
      password: decodeURIComponent(secret.join(':')),
      hosts: hosts.map((host) => ({ host: host?.[1] ?? '', port: Number(host?.[2] ?? port) })),
      name: decodeURIComponent(name),
      options: Object.fromEntries(new URLSearchParams(query)),
    }
  } catch {
    return undefined
  }
}

/** The hosts of a cluster as a person reads them, without secrets. */
export const placeOf = ({ hosts }: Pick<ClusterUrl, 'hosts'>): string => hosts.map(({ host, port }) => `${host}:${port}`).join(',')

/** A setting that is such a URL, or empty. */
export const clusterUrl =
  (wanted: Wanted & { readonly options?: readonly string[]; readonly example: string }) =>
  (raw: string, name: string): string => {
    // NOTE: what follows the protocol may hold a password, and this sentence goes to a terminal.
    const shown = raw.replace(/:\/\/.*/, '://…')
    const parsed = raw === '' ? undefined : parseClusterUrl(raw, wanted)
    if (raw !== '' && parsed === undefined) throw invalidSetting(name, shown, `a URL such as ${wanted.example}`)
    const unknown = Object.keys(parsed?.options ?? {}).find((option) => wanted.options?.includes(option) === false)
    if (unknown !== undefined)
      throw invalidSetting(name, shown, `a URL whose options are among ${wanted.options?.join(', ')} (it has ${JSON.stringify(unknown)})`)
    return raw
  }
