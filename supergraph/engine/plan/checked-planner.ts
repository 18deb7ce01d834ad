import { buildASTSchema, type GraphQLSchema, parse, visit } from 'graphql'
import { withBareRoots } from './bare-roots.ts'
import { withoutCertainTypes } from './certain-types.ts'
import { conflictFinder } from './conflicts.ts'
import { findGap, findUnasked } from './gaps.ts'
import { apolloPlanner } from './planner.apollo.ts'
import { hivePlanner } from './planner.hive.ts'
import type { PlanNode, Planner, PlanRequest } from './planner.ts'

export type PlannerKind = 'fast' | 'reference'
/** Both planners over one supergraph. */
export type CheckedPlanner = Pick<Planner, 'overrideLabels' | 'overridePercentages'> & {
  /** Rejects with what is wrong with the fast planner's plan, so that the reference planner can be asked. */
  readonly plan: (kind: PlannerKind, request: PlanRequest) => Promise<PlanNode | null>
}

export const checkedPlanner = (supergraphSdl: string): CheckedPlanner => {
  const fast = hivePlanner(supergraphSdl)
  const reference = once(() => apolloPlanner(supergraphSdl))
  const findConflict = once(() => conflictFinder(supergraphSdl))
  const schema = once(() => buildASTSchema(parse(supergraphSdl, { noLocation: true }), { assumeValidSDL: true }))
  const contextual = contextualFields(supergraphSdl)
  return {
    overrideLabels: fast.overrideLabels,
    overridePercentages: fast.overridePercentages,
    plan: async (kind, request) => {
      if (kind === 'fast' && contextual?.test(request.text)) throw new TypeError('The fast planner does not know @fromContext')
      const made = await (kind === 'fast' ? fast : reference()).plan(request)
      const plan = made === null ? null : withBareRoots(made, rootNames(schema()))
      const fault = kind === 'fast' ? (findConflict()(plan) ?? findGap(request.text, plan)) : findUnasked(request.text, plan)
      if (fault !== undefined) throw new TypeError(fault)
      return plan === null ? null : withoutCertainTypes(plan, schema())
    },
  }
}

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
