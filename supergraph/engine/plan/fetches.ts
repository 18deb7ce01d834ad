import type { FetchNode, PlanNode } from './planner.ts'

/** Every fetch of a plan, in the order in which it stands there. */
export const fetchesOf = (node: PlanNode): readonly FetchNode[] => {
  if (node.kind === 'Fetch') return [node]
  if (node.kind === 'Condition') return [node.yes, node.no].flatMap((inner) => (inner === null ? [] : fetchesOf(inner)))
  return node.nodes.flatMap(fetchesOf)
}
