import { mapFetches } from '../plan/fetches.ts'
import { planBytes } from '../plan/plan-bytes.ts'
import type { FetchNode, PlanNode, Planner } from '../plan/planner.ts'
import { planSerially } from '../plan/serially.ts'
import type { AccessRules, Claims } from '../schema/access-rules.ts'
import { type Access, compileAccess } from './access.ts'
import type { Grow } from './cache.ts'
import { type DocumentRules, type ReadOperation, readOperation, type Variables } from './document.ts'
import { withLargeNumbers } from './exact-literals.ts'
import { type InParts, inParts } from './in-parts.ts'
import { type Introspect, type IntrospectDeps, introspection } from './introspection.ts'
import { type NormalizeDeps, normalizedText } from './normalize.ts'
import { type Projection, project, type RequestConditions, type Shown } from './projection.ts'

/** Everything about an operation that does not depend on one request: made once, kept by its text. */
export type PreparedOperation = {
  readonly read: ReadOperation
  readonly text: string
  readonly introspect: Introspect | null
  /** How answers are written for these values of the variables that `@skip` and `@include` look at. */
  readonly projectionFor: (conditions: RequestConditions) => Projection
  /** The plan for these variables and override labels; planned once, also when many ask at the same time. */
  readonly planFor: (conditions: RequestConditions, overrides: Overrides) => Promise<PlanNode | null>
  /** How the answer is sent in parts; null when nothing is deferred. */
  readonly partsOf: (conditions: RequestConditions, plan: PlanNode | null) => InParts | null
  readonly accessOf: (claimsOf: () => Claims) => Access
}
export type Overrides = { readonly labels: readonly string[]; readonly percentage: number }

export type PrepareDeps = DocumentRules &
  NormalizeDeps &
  IntrospectDeps & { readonly planner: Planner; readonly accessRules: AccessRules; readonly grow: Grow }

const variantsMax = 64

export const prepare = (text: string, name: string | undefined, deps: PrepareDeps): PreparedOperation => {
  const read = readOperation(text, name, deps)
  const plans = new Map<string, Promise<PlanNode | null>>()
  const keyOf = conditionsKey(read)
  const parts = partsByPlan(read, deps)
  return {
    read,
    text,
    introspect: introspection(read, deps),
    projectionFor: projections(read, deps, () => deps.grow(projectionBytes(text))),
    accessOf: compileAccess(read, deps.schema, deps.accessRules),
    partsOf: (conditions, plan) => (read.hasDefer && read.directives.isEmpty ? parts(conditions, plan) : null),
    planFor: ({ variables, access }, { labels, percentage }) =>
      remember(plans, `${keyOf(variables)} ${access.key} ${labels.join(' ')} ${percentage}`, async () => {
        const normalized = normalizedText(read, deps, { variables, isDenied: access.isDenied })
        const plan = (part: string): Promise<PlanNode | null> => deps.planner.plan({ text: part, overrides: labels, percentage })
        if (normalized === null) return null
        const planned = await (read.operation.operation === 'mutation' ? planSerially(normalized, plan) : plan(normalized))
        const made = planned && read.directives.restore(mapFetches(planned, exact))
        deps.grow(planBytes(made))
        return made
      }),
  }
}

const exact = (fetch: FetchNode): FetchNode => ({ ...fetch, operation: withLargeNumbers(fetch.operation) })

/** The values of the variables that `@skip` and `@include` look at, as one string. */
const conditionsKey =
  ({ conditions }: ReadOperation) =>
  (variables: Variables): string =>
    conditions.length === 0 ? '' : conditions.map((name) => (variables[name] === true ? '1' : '0')).join('')

/** A plan is for one variant of an operation, so its parts are too. */
const partsByPlan = (read: ReadOperation, deps: PrepareDeps): PreparedOperation['partsOf'] => {
  const known = new WeakMap<PlanNode, InParts>()
  return (conditions, plan) => {
    const present = plan === null ? undefined : known.get(plan)
    const made = present ?? inParts(read, deps, { conditions, plan })
    if (plan !== null && made !== null) known.set(plan, made)
    return made
  }
}

/** A failure is not remembered: the next request may try again. */
const remember = <T>(known: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> => {
  const present = known.get(key)
  if (present !== undefined) return present
  if (known.size >= variantsMax) known.clear()
  const made = make()
  known.set(key, made)
  made.catch(() => known.delete(key))
  return made
}

/** Measured as the growth of the heap over hundreds of operations of 60 to 800 characters: a compiled writer and plan, once used. */
const projectionBytes = (text: string): number => 6_500 + 110 * text.length

const projections = (read: ReadOperation, shown: Shown, onMade: () => void): PreparedOperation['projectionFor'] => {
  const known = new Map<string, Projection>()
  const keyOf = conditionsKey(read)
  return ({ variables, access }) => {
    const key = `${keyOf(variables)} ${access.key}`
    const present = known.get(key)
    if (present !== undefined) return present
    if (known.size >= variantsMax) known.clear()
    const made = project(read, shown, { variables, access })
    known.set(key, made)
    onMade()
    return made
  }
}
