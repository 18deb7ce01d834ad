import { declarations } from '#platform/contracts/registry.ts'
import type { SubgraphDefinition } from '#platform/process/subgraph-definition.ts'

const topicsOf = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ') || '–'

/** Names of the topics that a group consumes, in alphabetical order. */
export const consumedBy = (group: string): readonly string[] =>
  [...declarations.values()].flatMap((each) => (each.kind === 'topic' && group in each.groups ? [each.name] : [])).toSorted()

/** The text of docs/SUBGRAPHS.md. */
export const subgraphsPage = (subgraphs: readonly SubgraphDefinition[]): string =>
  [
    '# Subgraphs',
    '',
    'Made by `npm run compose` from `subgraphs/*/subgraph.ts`; each folder has a README of its own.',
    '',
    '| subgraph | consumes | publishes | what a screen lacks without it |',
    '| --- | --- | --- | --- |',
    ...subgraphs.map(
      ({ name, publishes, without }) =>
        `| [${name}](../subgraphs/${name}/README.md) | ${topicsOf(consumedBy(name))} | ${topicsOf(publishes.map((each) => each.name))} | ${without} |`,
    ),
    '',
  ].join('\n')
