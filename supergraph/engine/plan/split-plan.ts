import { fetchesOf } from './fetches.ts'
import { add, additionsOf, type Known, keysOf } from './known.ts'
import type { FetchNode, PlanNode, Requirement } from './planner.ts'
import { spelledOut } from './spelled-out.ts'

/** The fetches of a plan that one part of an operation is the first to need; `after` are the parts that share others with it. */
export type PlanPart = { readonly plan: PlanNode | null; readonly after: readonly number[] }

/**
 * Splits a plan by what needs its fetches. `texts` are operations that each ask for part of what the plan is for, the most
 * urgent first. Every fetch is in the part of the first text that needs it, with all that it depends on.
 */
export const splitPlan = (plan: PlanNode | null, texts: readonly string[]): readonly PlanPart[] => {
  const fetches = plan === null ? [] : fetchesOf(plan)
  const givers = giversOf(fetches)
  const taken = new Map<FetchNode, number>()
  return texts.map((text, index) => {
    const needed = neededFor(text, givers)
    const own = [...needed].filter((fetch) => !taken.has(fetch))
    const after = [...new Set([...needed].flatMap((fetch) => taken.get(fetch) ?? []))]
    for (const fetch of own) taken.set(fetch, index)
    return { plan: plan === null ? null : only(plan, new Set(own)), after }
  })
}

const pathsIn = (known: Known, above: string): readonly string[] =>
  [...known].flatMap(([key, inner]) => (key === '__typename' ? [] : [`${above}.${key}`, ...pathsIn(inner, `${above}.${key}`)]))
const typeAt = (place: string): string => `${place}.__typename`
const placeOf = (keys: readonly string[]): string => keys.map((key) => `.${key}`).join('')

type Givers = ReadonlyMap<string, readonly FetchNode[]>

/**
 * The fetches that give the value at each place: several, where they are for different types. A type comes with its object,
 * but where an `@interfaceObject` does not know it a later fetch gives it.
 */
const giversOf = (fetches: readonly FetchNode[]): Givers => {
  const givers = new Map<string, FetchNode[]>()
  for (const fetch of fetches)
    for (const { path, requires, known } of additionsOf(fetch)) {
      const here = placeOf(keysOf(path))
      const types = requires.length > 0 && known.has('__typename') ? [typeAt(here)] : []
      for (const each of [...pathsIn(known, here), ...types]) givers.set(each, [...(givers.get(each) ?? []), fetch])
    }
  return givers
}

const neededFor = (text: string, givers: Givers): ReadonlySet<FetchNode> => {
  const asked: Known = new Map()
  add(spelledOut(text).selectionSet, asked)
  const needed = new Set<FetchNode>()
  const need = (path: string): void => {
    for (const giver of [path, typeAt(path)].flatMap((each) => givers.get(each) ?? [])) {
      if (needed.has(giver)) continue
      needed.add(giver)
      for (const required of requiredBy(giver)) need(required)
    }
  }
  for (const path of pathsIn(asked, '')) need(path)
  return needed
}

/** The places whose values a fetch must have, the objects on the way included. */
const requiredBy = (fetch: FetchNode): readonly string[] =>
  additionsOf(fetch).flatMap(({ path, requires }) => {
    const keys = keysOf(path)
    return [...keys.map((_key, index) => placeOf(keys.slice(0, index + 1))), ...requiredPaths(requires, placeOf(keys))]
  })

const requiredPaths = (requires: readonly Requirement[], above: string): readonly string[] =>
  requires.flatMap((each): readonly string[] => {
    const here = each.kind === 'On' ? above : `${above}.${each.key}`
    return [...(each.kind === 'On' ? [] : [here]), ...(each.selections === null ? [] : requiredPaths(each.selections, here))]
  })

const only = (node: PlanNode, fetches: ReadonlySet<FetchNode>): PlanNode | null => {
  if (node.kind === 'Fetch') return fetches.has(node) ? node : null
  if (node.kind === 'Condition') {
    const yes = node.yes && only(node.yes, fetches)
    const no = node.no && only(node.no, fetches)
    return yes === null && no === null ? null : { ...node, yes, no }
  }
  const nodes = node.nodes.flatMap((inner) => only(inner, fetches) ?? [])
  return nodes.length === 0 ? null : { ...node, nodes }
}
