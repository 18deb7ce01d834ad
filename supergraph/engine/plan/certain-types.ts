import {
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
  Kind,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  stripIgnoredCharacters,
} from 'graphql'
import { fetchesOf, mapFetches } from './fetches.ts'
import type { PlanNode, Requirement } from './planner.ts'

/**
 * Asks for no `__typename` where a field can have one type only. Planners ask for it wherever an entity is; in an answer with
 * many of them it is a quarter of what subgraphs send. Plans whose entities have to be distinguished stay as they are.
 */
export const withoutCertainTypes = (plan: PlanNode, schema: GraphQLSchema): PlanNode =>
  needsTypes(plan, schema) ? plan : mapFetches(plan, (fetch) => ({ ...fetch, operation: withoutTypes(fetch.operation, schema) }))

const needsTypes = (plan: PlanNode, schema: GraphQLSchema): boolean =>
  fetchesOf(plan).some(({ entities = [] }) =>
    entities.some(({ requires: [first, ...others] }) => {
      const isOfOneType = first?.kind === 'On' && others.length === 0 && isObjectType(schema.getType(first.type))
      return !isOfOneType || first.selections.some((each) => looksAtType(each, true))
    }),
  )

/** A representation says of which type it is in any case; below, its values may depend on types. */
const looksAtType = (each: Requirement, isTop: boolean): boolean => {
  if (each.kind === 'On') return true
  return (each.key === '__typename' && !isTop) || (each.selections ?? []).some((inner) => looksAtType(inner, false))
}

const withoutTypes = (text: string, schema: GraphQLSchema): string => {
  if (!text.includes('__typename')) return text
  const document = parse(text, { noLocation: true })
  const definitions = document.definitions.map((node) => {
    if (node.kind === Kind.FRAGMENT_DEFINITION)
      return {
        ...node,
        selectionSet: without(node.selectionSet, { schema, type: schema.getType(node.typeCondition.name.value), isCertain: false }),
      }
    if (node.kind !== Kind.OPERATION_DEFINITION) return node
    return {
      ...node,
      selectionSet: without(node.selectionSet, { schema, type: schema.getRootType(node.operation) ?? undefined, isCertain: false }),
    }
  })
  return stripIgnoredCharacters(print({ ...document, definitions }))
}

type Place = {
  readonly schema: GraphQLSchema
  readonly type: GraphQLNamedType | undefined
  /** Whether the values here come from a field that can have this type only. */
  readonly isCertain: boolean
}

const without = (set: SelectionSetNode, place: Place): SelectionSetNode => {
  const selections = set.selections.flatMap((node): readonly SelectionNode[] => {
    if (node.kind === Kind.FRAGMENT_SPREAD) return [node]
    if (node.kind === Kind.INLINE_FRAGMENT) {
      const name = node.typeCondition?.name.value ?? place.type?.name
      const type = name === undefined ? undefined : place.schema.getType(name)
      return [{ ...node, selectionSet: without(node.selectionSet, { ...place, type, isCertain: place.isCertain && type === place.type }) }]
    }
    if (place.isCertain && node.name.value === '__typename' && node.alias === undefined) return []
    if (node.selectionSet === undefined) return [node]
    const fields = place.type !== undefined && 'getFields' in place.type ? place.type.getFields() : {}
    const type = fields[node.name.value]?.type
    const named = type && getNamedType(type)
    return [{ ...node, selectionSet: without(node.selectionSet, { ...place, type: named, isCertain: isObjectType(named) }) }]
  })
  return selections.length === 0 ? set : { ...set, selections }
}
