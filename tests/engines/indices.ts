/** Removes what a test has left in Elasticsearch: a node takes a thousand shards. */
export const removeIndices = async ({
  ELASTICSEARCH_URL: url = '',
  ELASTICSEARCH_PREFIX: prefix = '',
}: Readonly<Record<string, string>>): Promise<void> => {
  const found = (await (await fetch(`${url}/_alias?index=${prefix}-*`)).json()) as object
  for (const index of Object.keys(found)) if (index.startsWith(`${prefix}-`)) await fetch(`${url}/${index}`, { method: 'DELETE' })
}
