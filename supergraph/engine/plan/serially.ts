import { Kind, type OperationDefinitionNode, parse, print } from 'graphql'
import { fetchesOf } from './fetches.ts'
import type { PlanNode } from './planner.ts'

type PlanText = (text: string) => Promise<PlanNode | null>

/**
 * Plans a mutation so that its fields happen one after the other, each with all that is asked of its result
 * (https://spec.graphql.org/October2021/#sec-Mutation). A planner that looks at all of them together would fetch what other
 * subgraphs add to the first only when the last has run.
 */
export const planSerially = async (text: string, plan: PlanText): Promise<PlanNode | null> => {
  const full = await plan(text)
  if (full === null || !asksEntities(full)) return full
  const operation = parse(text).definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION)
  if (operation === undefined || operation.selectionSet.selections.length < 2) return full
  const plans = await Promise.all(eachField(operation).map(plan))
  return { kind: 'Sequence', nodes: plans.filter((node) => node !== null) }
}

const asksEntities = (node: PlanNode): boolean => fetchesOf(node).some(({ entities }) => entities !== undefined)

const eachField = (operation: OperationDefinitionNode): readonly string[] =>
  operation.selectionSet.selections.map((field) =>
    print({ ...operation, selectionSet: { ...operation.selectionSet, selections: [field] } }),
  )
