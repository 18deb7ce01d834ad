import type { FetchNode, PlanNode } from './planner.ts'

/** Every fetch of a plan, in the order in which it stands there. */
export const fetchesOf = (node: PlanNode): readonly FetchNode[] => {
  if (node.kind === 'Fetch') return [node]
  if (node.kind === 'Condition') return [node.yes, node.no].flatMap((inner) => (inner === null ? [] : fetchesOf(inner)))
  return node.nodes.flatMap(fetchesOf)
}

/** The same plan with each of its fetches changed. */
export const mapFetches = (node: PlanNode, change: (fetch: FetchNode) => PlanNode): PlanNode => {
  if (node.kind === 'Fetch') return change(node)
  if (node.kind !== 'Condition') return { ...node, nodes: node.nodes.map((inner) => mapFetches(inner, change)) }
  const { yes, no } = node
  return { ...node, yes: yes && mapFetches(yes, change), no: no && mapFetches(no, change) }
}
