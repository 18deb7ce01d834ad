import { buildASTSchema, extendSchema, type GraphQLSchema, isObjectType, OverlappingFieldsCanBeMergedRule, parse, validate } from 'graphql'
import type { PlanNode } from './planner.ts'

/** Finds a fetch of a plan that no subgraph could answer, because it gives one response key to fields of different shapes. */
export const conflictFinder = (supergraphSdl: string): ((plan: PlanNode | null) => string | undefined) => {
  const schema = withEntities(buildASTSchema(parse(supergraphSdl, { noLocation: true }), { assumeValidSDL: true }))
  const find = (plan: PlanNode | null): string | undefined => {
    if (plan === null) return undefined
    if (plan.kind === 'Condition') return find(plan.yes) ?? find(plan.no)
    if (plan.kind === 'Fetch') return validate(schema, parse(plan.operation), [OverlappingFieldsCanBeMergedRule])[0]?.message
    for (const node of plan.nodes) {
      const found = find(node)
      if (found !== undefined) return found
    }
    return undefined
  }
  return find
}

/** `_entities` of the subgraph specification, over every object type there is. */
const withEntities = (schema: GraphQLSchema): GraphQLSchema => {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]
  const types = Object.values(schema.getTypeMap()).filter(
    (type) => isObjectType(type) && !type.name.startsWith('__') && !roots.includes(type),
  )
  const query = schema.getQueryType()?.name ?? 'Query'
  const text = `scalar _Any union _Entity = ${types.map(({ name }) => name).join(' | ')} extend type ${query} { _entities(representations: [_Any!]!): [_Entity]! }`
  return extendSchema(schema, parse(text), { assumeValidSDL: true })
}
