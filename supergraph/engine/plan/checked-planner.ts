import { buildASTSchema, type GraphQLSchema, parse, visit } from 'graphql'
import { readSupergraph } from '../schema/supergraph-document.ts'
import { withBareRoots } from './bare-roots.ts'
import { withoutCertainTypes } from './certain-types.ts'
import { conflictFinder } from './conflicts.ts'
import { findGap, findUnasked } from './gaps.ts'
import { apolloPlanner } from './planner.apollo.ts'
import { hivePlanner } from './planner.hive.ts'
import type { PlanNode, Planner, PlanRequest } from './planner.ts'
import { subgraphTypes } from './subgraph-types.ts'
import { findTypedGap } from './typed-gaps.ts'
import { widened } from './widened.ts'

export type PlannerKind = 'fast' | 'reference'
/** A plan, and why it seems to give less than was asked; the graph may not allow more. */
export type Made = { readonly plan: PlanNode | null; readonly doubt?: string | undefined }
/** Both planners over one supergraph. */
export type CheckedPlanner = {
  /** Makes a planner ready, so that the first plan takes no longer than others. Throws SUPERGRAPH_INVALID. */
  readonly open: (kind: PlannerKind) => Pick<Planner, 'overrideLabels' | 'overridePercentages'>
  /** Rejects with what is wrong with the planner's plan. */
  readonly plan: (kind: PlannerKind, request: PlanRequest) => Promise<Made>
}

export const checkedPlanner = (supergraphSdl: string): CheckedPlanner => {
  const parts = checksOf(supergraphSdl)
  const planners = { fast: once(() => hivePlanner(supergraphSdl)), reference: once(() => apolloPlanner(supergraphSdl)) }
  const make = async (kind: PlannerKind, request: PlanRequest): Promise<Made> => {
    if (kind === 'fast' && parts.contextual?.test(request.text)) throw new TypeError('The fast planner does not know @fromContext')
    const made = await planners[kind]().plan(request)
    const plan = made === null ? null : withBareRoots(made, rootNames(parts.schema()))
    const fault = kind === 'fast' ? (parts.findConflict()(plan) ?? findGap(request.text, plan)) : findUnasked(request.text, plan)
    if (fault !== undefined) throw new TypeError(fault)
    return { plan, doubt: findTypedGap(request.text, plan, parts.types()) }
  }
  const surest = async (kind: PlannerKind, request: PlanRequest): Promise<Made> => {
    const plain = await make(kind, request).catch((error: unknown) => ({ error }))
    if ('plan' in plain && plain.doubt === undefined) return plain
    const text = widened(request.text, parts.schema())
    const wide = text === request.text ? undefined : await make(kind, { ...request, text }).catch(() => undefined)
    if (wide !== undefined && wide.doubt === undefined) return wide
    if ('error' in plain) throw plain.error
    return plain
  }
  return {
    open: (kind) => {
      parts.schema()
      parts.types()
      const { overrideLabels, overridePercentages } = planners[kind]()
      return { overrideLabels, overridePercentages }
    },
    plan: async (kind, request) => {
      const { plan, doubt } = await surest(kind, request)
      return { plan: plan === null ? null : withoutCertainTypes(plan, parts.schema()), doubt }
    },
  }
}

const checksOf = (supergraphSdl: string) => ({
  findConflict: once(() => conflictFinder(supergraphSdl)),
  schema: once(() => buildASTSchema(parse(supergraphSdl, { noLocation: true }), { assumeValidSDL: true })),
  types: once(() => subgraphTypes(readSupergraph(supergraphSdl))),
  contextual: contextualFields(supergraphSdl),
})

const once = <T extends object>(make: () => T): (() => T) => {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}

/** Finds the names of fields that take arguments from their context; null when there are none. */
const contextualFields = (supergraphSdl: string): RegExp | null => {
  if (!/contextArguments:\s*\[\s*\{/.test(supergraphSdl)) return null
  const names = new Set<string>()
  visit(parse(supergraphSdl, { noLocation: true }), {
    FieldDefinition: ({ name, directives = [] }) => {
      const isContextual = directives.some(({ arguments: given = [] }) => given.some((each) => each.name.value === 'contextArguments'))
      if (isContextual) names.add(name.value)
    },
  })
  return new RegExp(`\\b(${[...names].join('|')})\\b`)
}

const rootNames = (schema: GraphQLSchema): readonly string[] =>
  [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap((type) => (type ? [type.name] : []))
