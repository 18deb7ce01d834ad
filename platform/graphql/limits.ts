import {
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql'
import { CinegraphError, type ErrorCode, errorTable } from '#platform/errors/errors.ts'

export type QueryLimits = { readonly depthMax: number; readonly aliasesMax: number; readonly costMax: number }
export const defaultLimits: QueryLimits = { depthMax: 15, aliasesMax: 30, costMax: 20_000 }

type Measure = { readonly depth: number; readonly aliases: number; readonly cost: number }
type Walk = { readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>; readonly open: ReadonlySet<string>; budget: number }

const zero: Measure = { depth: 0, aliases: 0, cost: 0 }
const listArguments = new Set(['first', 'last', 'limit'])
const listGuess = 10

/**
 * A validation rule that refuses an operation which is too deep, has too many aliases or asks for too many values.
 * A field costs 1 plus what is below it, times the literal `first`, `last` or `limit` it asks for (10 for a variable).
 */
export const limitQuery =
  (limits: QueryLimits = defaultLimits): ValidationRule =>
  (context) => ({
    OperationDefinition(operation) {
      const fragments = new Map(
        context
          .getDocument()
          .definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION)
          .map((node) => [node.name.value, node]),
      )
      const isIntrospection = operation.selectionSet.selections.every(
        (node) => node.kind === Kind.FIELD && node.name.value.startsWith('__'),
      )
      if (isIntrospection) return
      const measure = measureSelections(operation.selectionSet, { fragments, open: new Set(), budget: 20_000 })
      report(context, measure, limits)
    },
  })

const report = (context: ValidationContext, { depth, aliases, cost }: Measure, { depthMax, aliasesMax, costMax }: QueryLimits): void => {
  const refuse = (code: ErrorCode, details: Record<string, number>) =>
    context.reportError(new GraphQLError(new CinegraphError(code, details).message, { extensions: { code: errorTable[code].graphql } }))
  if (depth > depthMax) refuse('QUERY_TOO_DEEP', { depth, max: depthMax })
  if (aliases > aliasesMax) refuse('QUERY_TOO_MANY_ALIASES', { aliases, max: aliasesMax })
  if (cost > costMax) refuse('QUERY_TOO_COSTLY', { cost, max: costMax })
}

/** NOTE: spreads of spreads grow exponentially; the walk stops, and the query is refused, after `budget` fields. */
const measureSelections = (set: SelectionSetNode, walk: Walk): Measure => {
  let total = zero
  for (const node of set.selections) {
    walk.budget -= 1
    if (walk.budget < 0) return { depth: total.depth, aliases: total.aliases, cost: Number.MAX_SAFE_INTEGER }
    total = add(total, measureNode(node, walk))
  }
  return total
}

const measureNode = (node: SelectionSetNode['selections'][number], walk: Walk): Measure => {
  if (node.kind === Kind.INLINE_FRAGMENT) return measureSelections(node.selectionSet, walk)
  if (node.kind === Kind.FRAGMENT_SPREAD) {
    const fragment = walk.fragments.get(node.name.value)
    if (fragment === undefined || walk.open.has(node.name.value)) return zero
    const inner: Walk = { ...walk, open: new Set([...walk.open, node.name.value]) }
    const measured = measureSelections(fragment.selectionSet, inner)
    walk.budget = inner.budget
    return measured
  }
  const below = node.selectionSet === undefined ? zero : measureSelections(node.selectionSet, walk)
  const asked = node.arguments?.find((argument) => listArguments.has(argument.name.value))?.value
  const times = asked === undefined ? 1 : asked.kind === Kind.INT ? Math.max(1, Number(asked.value)) : listGuess
  return {
    depth: below.depth + 1,
    aliases: below.aliases + (node.alias === undefined ? 0 : 1),
    cost: Math.min(Number.MAX_SAFE_INTEGER, (1 + below.cost) * times),
  }
}

const add = (a: Measure, b: Measure): Measure => ({
  depth: Math.max(a.depth, b.depth),
  aliases: a.aliases + b.aliases,
  cost: Math.min(Number.MAX_SAFE_INTEGER, a.cost + b.cost),
})
