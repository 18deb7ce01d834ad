import { Kind, parse, print, type SelectionNode, type SelectionSetNode, visit } from 'graphql'
import { mapFetches } from './fetches.ts'
import type { PlanNode } from './planner.ts'

/**
 * Takes fragments on root types out of what subgraphs are asked. They say nothing, and a subgraph can have another name
 * for its root: composition names it `Query` whatever it was.
 */
export const withBareRoots = (plan: PlanNode, roots: readonly string[]): PlanNode =>
  mapFetches(plan, (fetch) => ({ ...fetch, operation: bareText(fetch.operation, roots) }))

const bareText = (operation: string, roots: readonly string[]): string => {
  const isOnRoot = (node: SelectionNode): boolean =>
    node.kind === Kind.INLINE_FRAGMENT && node.typeCondition !== undefined && roots.includes(node.typeCondition.name.value)
  if (!roots.some((name) => operation.includes(`on ${name}`))) return operation
  const bare = visit(parse(operation, { noLocation: true }), {
    SelectionSet: {
      leave: (set: SelectionSetNode) =>
        set.selections.some(isOnRoot)
          ? {
              ...set,
              selections: set.selections.flatMap((node) =>
                isOnRoot(node) && 'selectionSet' in node ? (node.selectionSet?.selections ?? []) : [node],
              ),
            }
          : undefined,
    },
  })
  return print(bare)
}
