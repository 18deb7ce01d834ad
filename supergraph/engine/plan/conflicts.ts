import {
  type ASTNode,
  buildASTSchema,
  extendSchema,
  type GraphQLSchema,
  isObjectType,
  OverlappingFieldsCanBeMergedRule,
  parse,
  parseType,
  validate,
  visit,
} from 'graphql'
import { readSupergraph, type SupergraphDocument, stringArgument } from '../schema/supergraph-document.ts'
import type { PlanNode } from './planner.ts'

/** Finds a fetch of a plan that no subgraph could answer, because it gives one response key to fields of different shapes. */
export const conflictFinder = (supergraphSdl: string): ((plan: PlanNode | null) => string | undefined) => {
  const schemaOf = subgraphSchemas(readSupergraph(supergraphSdl))
  const find = (plan: PlanNode | null): string | undefined => {
    if (plan === null) return undefined
    if (plan.kind === 'Condition') return find(plan.yes) ?? find(plan.no)
    if (plan.kind === 'Fetch')
      return validate(schemaOf(plan.subgraph), parse(plan.operation), [OverlappingFieldsCanBeMergedRule])[0]?.message
    for (const node of plan.nodes) {
      const found = find(node)
      if (found !== undefined) return found
    }
    return undefined
  }
  return find
}

/** The graph with the types that a subgraph's fields have there: one that is nullable in the graph need not be so in each. */
const subgraphSchemas = ({ document, subgraphs }: SupergraphDocument) => {
  const typeIn = (node: ASTNode, graph: string): string | undefined =>
    'directives' in node
      ? node.directives
          ?.filter(({ name }) => name.value === 'join__field')
          .flatMap((join) => (stringArgument(join, 'graph') === graph ? [stringArgument(join, 'type')] : []))
          .find((type) => type !== undefined)
      : undefined
  const build = (graph: string | undefined): GraphQLSchema => {
    const own =
      graph === undefined
        ? document
        : visit(document, {
            FieldDefinition: (node) => {
              const type = typeIn(node, graph)
              return type === undefined ? undefined : { ...node, type: parseType(type, { noLocation: true }) }
            },
          })
    return withEntities(buildASTSchema(own, { assumeValidSDL: true }))
  }
  const differing = new Set<string | undefined>()
  visit(document, {
    Directive: (join) => {
      if (join.name.value === 'join__field' && stringArgument(join, 'type') !== undefined) differing.add(stringArgument(join, 'graph'))
    },
  })
  const schemas = new Map<string | undefined, GraphQLSchema>()
  return (subgraph: string): GraphQLSchema => {
    const graph = subgraphs.get(subgraph)?.graph
    const key = differing.has(graph) ? graph : undefined
    const known = schemas.get(key) ?? build(key)
    schemas.set(key, known)
    return known
  }
}

/** `_entities` of the subgraph specification, over every object type there is. */
const withEntities = (schema: GraphQLSchema): GraphQLSchema => {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]
  const types = Object.values(schema.getTypeMap()).filter(
    (type) => isObjectType(type) && !type.name.startsWith('__') && !roots.includes(type),
  )
  if (types.length === 0) return schema
  const query = schema.getQueryType()?.name ?? 'Query'
  const text = `scalar _Any union _Entity = ${types.map(({ name }) => name).join(' | ')} extend type ${query} { _entities(representations: [_Any!]!): [_Entity]! }`
  return extendSchema(schema, parse(text), { assumeValidSDL: true })
}
