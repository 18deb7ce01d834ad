import { setting, text, url, wholeNumber } from '#platform/settings/setting.ts'

const http = url('http:', 'https:')
const nodes = (raw: string, name: string): string => {
  for (const node of raw.split(',')) http(node.trim(), name)
  return raw
}

/** Settings of the search index in Elasticsearch. */
export const elasticsearchSettings = {
  elasticsearchUrl: setting(
    'elasticsearch-url',
    'ELASTICSEARCH_URL',
    '',
    'Elasticsearch to search in: its nodes with commas, each with user and password if it wants them',
    nodes,
  ),
  elasticsearchApiKey: setting('elasticsearch-api-key', 'ELASTICSEARCH_API_KEY', '', 'API key there, instead of user and password', text),
  elasticsearchPrefix: setting(
    'elasticsearch-prefix',
    'ELASTICSEARCH_PREFIX',
    'cinegraph',
    'what the names of all indices there begin with',
    text,
  ),
  elasticsearchSearchMs: setting(
    'elasticsearch-search-ms',
    'ELASTICSEARCH_SEARCH_MS',
    1_000,
    'how long a search waits for a node',
    wholeNumber(10, 60_000),
  ),
} as const
