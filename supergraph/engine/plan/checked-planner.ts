import { buildASTSchema, type GraphQLSchema, parse, visit } from 'graphql'
import { messageOf } from '#platform/errors/errors.ts'
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
/** Both planners over one supergraph. */
export type CheckedPlanner = Pick<Planner, 'overrideLabels' | 'overridePercentages'> & {
  /** Rejects with what is wrong with the fast planner's plan, so that the reference planner can be asked. */
  readonly plan: (kind: PlannerKind, request: PlanRequest) => Promise<PlanNode | null>
}
type Made = { readonly plan: PlanNode | null }
/** Why a plan gives less than was asked; the graph may not allow more. */
type Doubted = Made & { readonly doubt: string | undefined }

export const checkedPlanner = (supergraphSdl: string): CheckedPlanner => {
  const fast = hivePlanner(supergraphSdl)
  const parts = checksOf(supergraphSdl)
  const planners = { fast: () => fast, reference: once(() => apolloPlanner(supergraphSdl)) }
  const make = async (kind: PlannerKind, request: PlanRequest): Promise<Doubted> => {
    if (kind === 'fast' && parts.contextual?.test(request.text)) throw new TypeError('The fast planner does not know @fromContext')
    const made = await planners[kind]().plan(request)
    const plan = made === null ? null : withBareRoots(made, rootNames(parts.schema()))
    const fault = kind === 'fast' ? (parts.findConflict()(plan) ?? findGap(request.text, plan)) : findUnasked(request.text, plan)
    if (fault !== undefined) throw new TypeError(fault)
    return { plan, doubt: findTypedGap(request.text, plan, parts.types()) }
  }
  const finish = ({ plan }: Made): PlanNode | null => (plan === null ? null : withoutCertainTypes(plan, parts.schema()))
  const surest = async (kind: PlannerKind, request: PlanRequest): Promise<Doubted> => {
    const plain = await make(kind, request).catch((error: unknown) => ({ plan: undefined, doubt: messageOf(error), error }))
    if (plain.doubt === undefined && plain.plan !== undefined) return plain
    const text = widened(request.text, parts.schema())
    const wide = text === request.text ? undefined : await make(kind, { ...request, text }).catch(() => undefined)
    if (wide !== undefined && wide.doubt === undefined) return wide
    if (plain.plan === undefined) throw plain.error
    return plain
  }
  return {
    overrideLabels: fast.overrideLabels,
    overridePercentages: fast.overridePercentages,
    plan: async (kind, request) => {
      const best = await surest(kind, request)
      if (kind === 'fast' && best.doubt !== undefined) throw new TypeError(best.doubt)
      if (best.doubt === undefined) return finish(best)
      // NOTE: where neither planner gives all that is asked, the graph does not have it; the fast planner's plan is the smaller one.
      return finish(await make('fast', request).catch(() => best))
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
