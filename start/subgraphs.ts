import { CinegraphError } from '#platform/errors/errors.ts'
import type { SubgraphDefinition } from '#platform/process/subgraph-definition.ts'
import { subgraphNames } from '#platform/settings/subgraphs.ts'

/** The definitions of all subgraphs, from their folders. Throws PROCESS_FAILED for a folder that exports another. */
export const loadSubgraphs = (): Promise<readonly SubgraphDefinition[]> => Promise.all(subgraphNames.map(loadSubgraph))

/** The definition that `subgraphs/<name>/subgraph.ts` exports. */
export const loadSubgraph = async (name: string): Promise<SubgraphDefinition> => {
  const { subgraph } = (await import(`../subgraphs/${name}/subgraph.ts`)) as { readonly subgraph?: SubgraphDefinition }
  if (subgraph?.name !== name)
    throw new CinegraphError('PROCESS_FAILED', { why: `subgraphs/${name}/subgraph.ts must export \`subgraph\` with the name ${name}.` })
  return subgraph
}
