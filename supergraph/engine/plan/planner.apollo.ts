import { parseOperation, ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals'
import {
  type FetchNode as ApolloFetch,
  type PlanNode as ApolloNode,
  QueryPlanner,
  type QueryPlanSelectionNode,
  type SubscriptionNode,
} from '@apollo/query-planner'
import type { ContextValue, CreatePlanner, EntityFetch, EntityPath, FetchNode, OutputRewrite, PlanNode, Requirement } from './planner.ts'

/** The reference planner of Federation 2, in JavaScript. It plans what others cannot, blocks its thread, and is slow on some graphs. */
export const apolloPlanner: CreatePlanner = (supergraphSdl) => {
  const supergraph = Supergraph.build(supergraphSdl, { supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, validateSupergraph: false })
  const planner = new QueryPlanner(supergraph)
  return {
    plan: async ({ text, overrides }) => {
      const operation = parseOperation(supergraph.apiSchema(), text)
      const { node } = planner.buildQueryPlan(operation, { overrideConditions: new Map(overrides.map((label) => [label, true])) })
      return node === undefined ? null : readNode(node, [])
    },
    overrideLabels: [],
    overridePercentages: [],
  }
}

const readNode = (node: ApolloNode | SubscriptionNode, path: EntityPath): PlanNode => {
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      return { kind: node.kind, nodes: node.nodes.map((inner) => readNode(inner, path)) }
    case 'Subscription':
      return { kind: 'Sequence', nodes: [readFetch(node.primary, path), ...(node.rest === undefined ? [] : [readNode(node.rest, path)])] }
    case 'Flatten':
      return readNode(node.node, node.path.map(readStep))
    case 'Fetch':
      return readFetch(node, path)
    case 'Condition':
      return {
        kind: 'Condition',
        variable: node.condition,
        yes: node.ifClause === undefined ? null : readNode(node.ifClause, path),
        no: node.elseClause === undefined ? null : readNode(node.elseClause, path),
      }
    case 'Defer':
      throw new TypeError('The planner deferred part of an operation, which it was not asked for')
  }
}

const readStep = (step: string | number): EntityPath[number] => (step === '@' ? { step: 'items' } : { step: 'field', key: String(step) })

const readFetch = (node: ApolloFetch, path: EntityPath): FetchNode => {
  const common = {
    kind: 'Fetch' as const,
    subgraph: node.serviceName,
    operationKind: node.operationKind,
    operation: node.operation,
    variables: node.variableUsages ?? [],
  }
  const rewrites = (node.outputRewrites ?? []).flatMap((rewrite): readonly OutputRewrite[] =>
    rewrite.kind === 'KeyRenamer' ? [{ path: rewrite.path.map(readRewriteStep), to: rewrite.renameKeyTo }] : [],
  )
  if (node.requires === undefined) return { ...common, ...(path.length === 0 ? {} : { at: path }), rewrites }
  const entity: EntityFetch = {
    alias: '_entities',
    variable: 'representations',
    paths: [path],
    requires: node.requires.flatMap(readRequirement),
    ...(node.contextRewrites === undefined || node.contextRewrites.length === 0 ? {} : { contexts: node.contextRewrites.map(readContext) }),
    typenames: (node.inputRewrites ?? []).flatMap((rewrite) =>
      rewrite.kind === 'ValueSetter'
        ? [{ of: rewrite.path.flatMap((step) => /^\.\.\. on (\w+)/.exec(step)?.[1] ?? []), is: String(rewrite.setValueTo) }]
        : [],
    ),
    // NOTE: unlike a fetch of root fields, the first step here is the list of entities itself.
    rewrites: rewrites.map((rewrite) => ({
      ...rewrite,
      path: rewrite.path.filter((step) => !('key' in step && step.key === '_entities')),
    })),
  }
  return { ...common, entities: [entity], rewrites: [] }
}

const readContext = ({ path, renameKeyTo }: { readonly path: readonly string[]; readonly renameKeyTo: string }): ContextValue => ({
  variable: renameKeyTo,
  up: path.filter((step) => step === '..').length,
  path: path.filter((step) => step !== '..').map(readRewriteStep),
})

const readRewriteStep = (step: string): OutputRewrite['path'][number] => {
  const type = /^\.\.\. on (\w+)/.exec(step)?.[1]
  return type === undefined ? { step: 'key', key: step } : { step: 'types', types: [type] }
}

const readRequirement = (selection: QueryPlanSelectionNode): readonly Requirement[] => {
  if (selection.kind === 'InlineFragment') {
    const selections = selection.selections.flatMap(readRequirement)
    return selection.typeCondition === undefined ? selections : [{ kind: 'On', type: selection.typeCondition, selections }]
  }
  const { name, alias, selections } = selection
  return [{ kind: 'Field', name, key: alias ?? name, selections: selections === undefined ? null : selections.flatMap(readRequirement) }]
}
