import {
  type FlattenNodePathSegment,
  type FetchNode as HiveFetch,
  type PlanNode as HiveNode,
  type OutputRewrite as HiveRewrite,
  QueryPlanner,
  type RequiresSelection,
} from '@graphql-hive/router-query-planner'
import { CinegraphError, messageOf } from '#platform/errors/errors.ts'
import type { CreatePlanner, EntityFetch, EntityPath, FetchNode, OutputRewrite, PlanNode, Requirement } from './planner.ts'

/** The planner of Hive Router, in Rust, on a thread of libuv's pool. Throws SUPERGRAPH_INVALID. */
export const hivePlanner: CreatePlanner = (supergraphSdl) => {
  const planner = open(supergraphSdl)
  return {
    plan: async ({ text, overrides, percentage }) => {
      const { node } = await planner.planAsync(text, null, new Set(overrides), percentage)
      return node === undefined || node === null ? null : readNode(node, [])
    },
    overrideLabels: planner.overrideLabels,
    overridePercentages: planner.overridePercentages.toSorted((a, b) => a - b),
  }
}

const open = (supergraphSdl: string): QueryPlanner => {
  try {
    return new QueryPlanner(supergraphSdl)
  } catch (error) {
    throw new CinegraphError('SUPERGRAPH_INVALID', { why: messageOf(error) }, error)
  }
}

const readNode = (node: HiveNode, path: EntityPath): PlanNode => {
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      return { kind: node.kind, nodes: node.nodes.map((inner) => readNode(inner, path)) }
    case 'Condition':
      return {
        kind: 'Condition',
        variable: node.condition,
        yes: node.ifClause ? readNode(node.ifClause, path) : null,
        no: node.elseClause ? readNode(node.elseClause, path) : null,
      }
    case 'Flatten':
      return readNode(node.node, readPath(node.path))
    case 'Subscription':
      return readFetch(node.primary, path)
    case 'Fetch':
      return readFetch(node, path)
    case 'BatchFetch':
      return {
        ...common(node),
        rewrites: [],
        entities: node.entityBatch.aliases.map((alias) => ({
          alias: alias.alias,
          variable: alias.representationsVariableName,
          paths: alias.paths.map(readPath),
          ...entityOf(alias),
        })),
      }
    case 'Defer':
      throw new TypeError('The planner deferred part of an operation, which it was not asked for')
  }
}

type Common = Pick<HiveFetch, 'serviceName' | 'operationKind' | 'operation' | 'variableUsages'>
const common = (node: Common) => ({
  kind: 'Fetch' as const,
  subgraph: node.serviceName,
  operationKind: node.operationKind ?? ('query' as const),
  operation: node.operation,
  variables: node.variableUsages ?? [],
})

const readFetch = (node: HiveFetch, path: EntityPath): FetchNode => {
  if (node.requires === undefined || node.requires === null)
    return { ...common(node), ...(path.length === 0 ? {} : { at: path }), rewrites: (node.outputRewrites ?? []).flatMap(readRewrite) }
  const entity = { alias: '_entities', variable: 'representations', paths: [path], ...entityOf({ ...node, requires: node.requires }) }
  return { ...common(node), entities: [entity], rewrites: [] }
}

type Entity = Pick<HiveFetch, 'inputRewrites' | 'outputRewrites'> & { readonly requires: readonly RequiresSelection[] }
const entityOf = (node: Entity): Pick<EntityFetch, 'requires' | 'typenames' | 'rewrites'> => ({
  requires: node.requires.flatMap(readRequirement),
  typenames: (node.inputRewrites ?? []).flatMap((rewrite) => {
    if (!('ValueSetter' in rewrite)) return []
    const { path, setValueTo } = rewrite.ValueSetter
    return [{ of: path.flatMap((segment) => ('TypenameEquals' in segment ? segment.TypenameEquals : [])), is: setValueTo }]
  }),
  rewrites: (node.outputRewrites ?? []).flatMap(readRewrite),
})

const readRequirement = (selection: RequiresSelection): readonly Requirement[] => {
  if (selection.kind === 'InlineFragment')
    return [{ kind: 'On', type: selection.typeCondition, selections: selection.selections.flatMap(readRequirement) }]
  if (selection.kind === 'FragmentSpread') throw new TypeError('The planner named a fragment in a representation')
  const { name, alias, selections } = selection
  // NOTE: `name` is where the value stands in the answer, `alias` what the subgraph calls it.
  return [{ kind: 'Field', name: alias ?? name, key: name, selections: selections ? selections.flatMap(readRequirement) : null }]
}

const readRewrite = (rewrite: HiveRewrite): readonly OutputRewrite[] => {
  if (!('KeyRenamer' in rewrite)) return []
  const { path, renameKeyTo } = rewrite.KeyRenamer
  return [
    {
      path: path.map((segment) =>
        'TypenameEquals' in segment ? { step: 'types', types: segment.TypenameEquals } : { step: 'key', key: segment.Key },
      ),
      to: renameKeyTo,
    },
  ]
}

const readPath = (path: readonly FlattenNodePathSegment[]): EntityPath =>
  path.map((segment) => {
    if (segment === '@') return { step: 'items' }
    return 'Field' in segment ? { step: 'field', key: segment.Field } : { step: 'types', types: segment.TypeCondition }
  })
