import { Kind, type SelectionSetNode } from 'graphql'
import { fetchesOf } from './fetches.ts'
import { additionsOf, type Known, keysOf, merge, place } from './known.ts'
import type { FetchNode, PlanNode, Requirement } from './planner.ts'
import { spelledOut } from './spelled-out.ts'

/**
 * Finds what a plan forgets: a value that represents an entity and is fetched nowhere before, or a field of the operation
 * that nobody is asked for. Types are left out of account, so a plan with nothing found can still be wrong, but one with
 * something found cannot be right.
 */
export const findGap = (text: string, plan: PlanNode | null): string | undefined => {
  const known: Known = new Map()
  return (plan === null ? undefined : walk(plan, known)) ?? unasked(spelledOut(text).selectionSet, known, [])
}

/** A field of the operation that nobody is asked for, whatever becomes of entities. */
export const findUnasked = (text: string, plan: PlanNode | null): string | undefined => {
  const known: Known = new Map()
  for (const fetch of plan === null ? [] : fetchesOf(plan))
    for (const addition of additionsOf(fetch)) merge(place(known, addition.path), addition.known)
  return unasked(spelledOut(text).selectionSet, known, [])
}

const walk = (node: PlanNode, known: Known): string | undefined => {
  if (node.kind === 'Fetch') return take(node, known)
  const inner = node.kind === 'Condition' ? [node.yes, node.no].filter((each) => each !== null) : node.nodes
  for (const each of inner) {
    const gap = walk(each, known)
    if (gap !== undefined) return gap
  }
  return undefined
}

const take = (node: FetchNode, root: Known): string | undefined => {
  for (const { path, requires, known } of additionsOf(node)) {
    const at = place(root, path)
    const missing = lacking(requires, at)
    if (missing !== undefined) return `The plan needs ${missing} at ${keysOf(path).join('.')} and fetches it nowhere`
    merge(at, known)
  }
  return undefined
}

const lacking = (requires: readonly Requirement[], known: Known): string | undefined => {
  for (const each of requires) {
    const inner = each.kind === 'On' ? known : known.get(each.key)
    if (each.kind === 'Field' && each.key === '__typename') continue
    if (inner === undefined) return each.kind === 'Field' ? each.key : undefined
    const missing = each.selections === null ? undefined : lacking(each.selections, inner)
    if (missing !== undefined) return missing
  }
  return undefined
}

const unasked = ({ selections }: SelectionSetNode, known: Known, path: readonly string[]): string | undefined => {
  for (const node of selections) {
    // NOTE: a fragment on a type that no subgraph gives at this place is rightly left out.
    if (node.kind !== Kind.FIELD || node.name.value === '__typename') continue
    const here = [...path, node.alias?.value ?? node.name.value]
    const inner = known.get(here.at(-1) ?? '')
    if (inner === undefined) return `The plan asks nobody for ${here.join('.')}`
    const gap = node.selectionSet === undefined ? undefined : unasked(node.selectionSet, inner, here)
    if (gap !== undefined) return gap
  }
  return undefined
}
