import {
  type FieldNode,
  GraphQLError,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isListType,
  isNonNullType,
  Kind,
  type SelectionSetNode,
  valueFromAST,
} from 'graphql'
import { CinegraphError, errorTable } from '#platform/errors/errors.ts'
import { askedSize } from '#platform/graphql/limits/list-size.ts'
import { isIncluded } from '../project/selection.ts'
import type { CostRules } from '../schema/cost-rules.ts'
import type { ReadOperation, Variables } from './document.ts'

export type DemandControl = { readonly mode: 'off' | 'measure' | 'enforce'; readonly costMax: number; readonly listSize: number }
type Costing = {
  readonly schema: GraphQLSchema
  readonly rules: CostRules
  readonly read: ReadOperation
  readonly variables: Variables
  readonly listSize: number
}

/**
 * What an operation is estimated to cost before it runs: 1 for each object and what `@cost` says for everything, times
 * the sizes of lists that `@listSize` tells (https://ibm.github.io/graphql-specs/cost-spec.html). A mutation costs 10 more.
 */
export const estimateCost = (costing: Costing): number => {
  const { operation } = costing.read
  const root = costing.schema.getRootType(operation.operation)
  const start = operation.operation === 'mutation' ? 10 : 0
  return root === undefined || root === null ? start : start + selectionCost([operation.selectionSet], root, { costing, sized: new Map() })
}

/** Lists below that a field above has already told the size of. */
type Scope = { readonly costing: Costing; readonly sized: ReadonlyMap<string, number> }

const selectionCost = (sets: readonly SelectionSetNode[], type: GraphQLNamedType, scope: Scope): number => {
  const { read, variables, schema } = scope.costing
  let cost = 0
  let dearest = 0
  for (const node of sets.flatMap(({ selections }) => selections)) {
    if (!isIncluded(node, variables)) continue
    if (node.kind === Kind.FIELD) cost += fieldCost(node, type, scope)
    else {
      const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : read.fragments.get(node.name.value)
      if (fragment === undefined) continue
      const on = schema.getType(fragment.typeCondition?.name.value ?? type.name) ?? type
      const inner = selectionCost([fragment.selectionSet], on, scope)
      // NOTE: an object has one type, so of the fragments on other types only the dearest can apply.
      if (on === type) cost += inner
      else dearest = Math.max(dearest, inner)
    }
  }
  return cost + dearest
}

const fieldCost = (node: FieldNode, parent: GraphQLNamedType, scope: Scope): number => {
  const field = 'getFields' in parent ? (parent.getFields()[node.name.value] as GraphQLField<unknown, unknown> | undefined) : undefined
  if (field === undefined) return 0
  const { rules } = scope.costing
  const coordinate = `${parent.name}.${field.name}`
  const type = getNamedType(field.type)
  const size = rules.listSize.get(coordinate)
  const told = size === undefined ? undefined : toldSize(node, field, { assumed: size.assumed, slicing: size.slicing, scope })
  const sized = new Map(size?.sizedFields.map((name) => [name, told ?? scope.costing.listSize]) ?? [])
  const items = sized.size > 0 ? 1 : (scope.sized.get(field.name) ?? (isList(field.type) ? (told ?? scope.costing.listSize) : 1))
  const below = node.selectionSet === undefined ? 0 : selectionCost([node.selectionSet], type, { ...scope, sized })
  const own = rules.weight.get(type.name) ?? (isCompositeType(type) ? 1 : 0)
  const given = (node.arguments ?? []).reduce((sum, { name }) => sum + (rules.weight.get(`${coordinate}(${name.value}:)`) ?? 0), 0)
  return (rules.weight.get(coordinate) ?? 0) + given + items * (own + below)
}

const isList = (type: GraphQLOutputType): boolean => (isNonNullType(type) ? isList(type.ofType) : isListType(type))

type Slicing = { readonly assumed: number | undefined; readonly slicing: readonly string[]; readonly scope: Scope }

const toldSize = (node: FieldNode, field: GraphQLField<unknown, unknown>, { assumed, slicing, scope }: Slicing): number | undefined => {
  const sizes = slicing.flatMap((name): readonly number[] => {
    const argument = field.args.find((each) => each.name === name)
    if (argument === undefined) return []
    const given = node.arguments?.find((each) => each.name.value === name)?.value
    const value = given === undefined ? argument.defaultValue : valueFromAST(given, argument.type, { ...scope.costing.variables })
    if (typeof value !== 'number') return []
    return value === 0 ? [0] : [askedSize(value, assumed ?? scope.costing.listSize)]
  })
  return sizes.length === 0 ? assumed : Math.max(...sizes)
}

export const tooCostly = (cost: number, max: number): GraphQLError =>
  new GraphQLError(new CinegraphError('COST_TOO_HIGH', { cost, max }).message, {
    extensions: { code: errorTable.COST_TOO_HIGH.graphql, cost, max },
  })
