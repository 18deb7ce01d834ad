import { takesContext } from '../fetch/context.ts'
import type { PlanNode } from '../plan/planner.ts'
import { type PlanPart, splitPlan } from '../plan/split-plan.ts'
import { Selection } from '../project/selection.ts'
import { type Deferred, separate } from './deferred.ts'
import type { ReadOperation } from './document.ts'
import { type NormalizeDeps, normalizedText } from './normalize.ts'
import { askingOf, type Projection, project, type RequestConditions } from './projection.ts'

/** An operation whose answer is sent in parts: first what is not deferred, then each deferred fragment. */
export type InParts = {
  readonly first: Projection
  readonly parts: readonly (Deferred & { readonly selection: Selection })[]
  /** What is fetched for the first answer, then for each part. */
  readonly fetching: readonly PlanPart[]
}

/** Each part is worked out by itself; an operation that defers more than so many is answered in one part. */
const partsMax = 20

/** Null when nothing of the operation is deferred. */
export const inParts = (read: ReadOperation, deps: NormalizeDeps, { conditions, plan }: Splitting): InParts | null => {
  const { variables, access } = conditions
  const { schema, storedKey } = deps
  const { read: first, parts } = separate(read, variables, { schema, storedKey })
  if (parts.length === 0 || parts.length > partsMax) return null
  // NOTE: what a context needs of the objects above is not in a fetch's requirements.
  if (plan !== null && takesContext(plan)) return null
  const asking = askingOf(read, deps, conditions)
  const textOf = (part: ReadOperation): string => normalizedText(part, deps, { variables, isDenied: access.isDenied }) ?? '{ __typename }'
  const texts = [first, ...parts.map((_part, keep) => separate(read, variables, { schema, storedKey, keep }).read)].map(textOf)
  return {
    first: project(first, deps, conditions),
    parts: parts.map((part) => ({ ...part, selection: new Selection(part.type, [part.set], asking) })),
    fetching: splitPlan(plan, texts),
  }
}

export type Splitting = { readonly conditions: RequestConditions; readonly plan: PlanNode | null }
