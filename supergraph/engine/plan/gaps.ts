import { Kind, type SelectionSetNode } from 'graphql'
import type { EntityFetch, EntityPath, FetchNode, OutputRewrite, PlanNode, Requirement } from './planner.ts'
import { spelledOut } from './spelled-out.ts'

/** What is known at a place of the answer, by response key, whatever types the values have. */
type Known = Map<string, Known>

/**
 * Finds what a plan forgets: a value that represents an entity and is fetched nowhere before, or a field of the operation
 * that nobody is asked for. Types are left out of account, so a plan with nothing found can still be wrong, but one with
 * something found cannot be right.
 */
export const findGap = (text: string, plan: PlanNode | null): string | undefined => {
  const known: Known = new Map()
  return (plan === null ? undefined : walk(plan, known)) ?? unasked(spelledOut(text).selectionSet, known, [])
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
  const answer: Known = new Map()
  add(spelledOut(node.operation).selectionSet, answer)
  if (node.entities === undefined) {
    for (const rewrite of node.rewrites) rename(answer, rewrite)
    merge(place(root, node.at ?? []), answer)
    return undefined
  }
  for (const entity of node.entities) {
    const gap = takeEntities(entity, answer.get(entity.alias) ?? new Map(), root)
    if (gap !== undefined) return gap
  }
  return undefined
}

const takeEntities = (entity: EntityFetch, answer: Known, root: Known): string | undefined => {
  for (const rewrite of entity.rewrites) rename(answer, rewrite)
  for (const path of entity.paths) {
    const at = place(root, path)
    const missing = lacking(entity.requires, at)
    if (missing !== undefined) return `The plan needs ${missing} at ${keysOf(path).join('.')} and fetches it nowhere`
    merge(at, answer)
  }
  return undefined
}

const keysOf = (path: EntityPath): readonly string[] => path.flatMap((step) => (step.step === 'field' ? [step.key] : []))
const place = (root: Known, path: EntityPath): Known => keysOf(path).reduce(below, root)

const below = (known: Known, key: string): Known => {
  const present = known.get(key)
  if (present !== undefined) return present
  const made: Known = new Map()
  known.set(key, made)
  return made
}

const merge = (into: Known, from: Known): void => {
  for (const [key, inner] of from) merge(below(into, key), inner)
}

const add = ({ selections }: SelectionSetNode, into: Known): void => {
  for (const node of selections) {
    const inner = node.kind === Kind.FIELD ? below(into, node.alias?.value ?? node.name.value) : into
    if (node.kind !== Kind.FRAGMENT_SPREAD && node.selectionSet !== undefined) add(node.selectionSet, inner)
  }
}

/** NOTE: the field of another type can have the name already, so what was there stays. */
const rename = (known: Known, { path, to }: OutputRewrite): void => {
  const keys = path.flatMap((step) => (step.step === 'key' ? [step.key] : []))
  const at = keys.slice(0, -1).reduce(below, known)
  merge(below(at, to), below(at, keys.at(-1) ?? to))
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
