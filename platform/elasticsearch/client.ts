import { Client } from '@elastic/elasticsearch'
import { CinegraphError, isCinegraphError, messageOf } from '#platform/errors/errors.ts'
import type { Environment } from '#platform/settings/setting.ts'

/** How long a write waits; a write or search is tried at one more node. */
export const writeMs = 30_000
const triesMore = 1
export const versionMin = 8

export type ElasticsearchOptions = {
  readonly nodes: readonly string[]
  readonly apiKey: string
  /** What the names of indices begin with. */
  readonly prefix: string
  /** How long a search waits for a node. */
  readonly searchMs: number
  readonly waitSeconds: number
}

export const elasticsearchOptions = (settings: Environment): ElasticsearchOptions => ({
  nodes: (settings.ELASTICSEARCH_URL ?? '').split(',').map((node) => node.trim()),
  apiKey: settings.ELASTICSEARCH_API_KEY ?? '',
  prefix: settings.ELASTICSEARCH_PREFIX ?? '',
  searchMs: Number(settings.ELASTICSEARCH_SEARCH_MS ?? 1_000),
  waitSeconds: Number(settings.CINEGRAPH_DATABASE_WAIT_SECONDS ?? 60),
})

export const openElasticsearch = ({ nodes, apiKey, searchMs }: ElasticsearchOptions): Client =>
  new Client({
    nodes: [...nodes],
    ...(apiKey === '' ? {} : { auth: { apiKey } }),
    requestTimeout: searchMs,
    maxRetries: triesMore,
  })

export const statusOf = (error: unknown): number | undefined =>
  error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : undefined

/** What our callers know of an error of Elasticsearch. */
export const asOurs = (error: unknown): unknown => {
  const status = statusOf(error)
  const isRefused = status !== undefined && status >= 400 && status < 500 && ![404, 408, 429].includes(status)
  return isCinegraphError(error) || isRefused
    ? error
    : new CinegraphError('SEARCH_UNAVAILABLE', { why: messageOf(error).slice(0, 200) }, error)
}

/** Why waiting will not help; undefined when it may. */
export const refusalOf = (error: unknown): string | undefined => {
  const [status, text] = [statusOf(error), messageOf(error)]
  if (status === 401) return 'user, password or API key is wrong'
  if (status === 403) return `it may not be used with this account (${text.slice(0, 160)})`
  if (/is needed$/.test(text)) return text
  // NOTE: what stands in front of a node that is late answers pages too, with 502 and the like.
  if (status !== undefined && status >= 400 && status < 408 && text.trimStart().startsWith('<'))
    return 'what answers there is not Elasticsearch'
  if (/media_type_header|compatible-with/.test(text)) return `its version is too old, ${versionMin} or later is needed`
  if (/not Elasticsearch|ProductNotSupported/i.test(`${error instanceof Error ? error.name : ''} ${text}`))
    return 'what answers there is not Elasticsearch'
  if (/EPROTO|wrong version number|certificate|SSL/i.test(text)) return `no secure connection can be made (${text.slice(0, 120)})`
  return undefined
}
