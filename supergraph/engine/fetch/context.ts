import { stringifyExact } from '#platform/text/exact-json.ts'
import { fetchesOf } from '../plan/fetches.ts'
import type { EntityFetch, EntityPath, OutputStep, PlanNode } from '../plan/planner.ts'
import { isTree, type Tree, valueAt } from '../tree.ts'
import type { IsOneOf } from './collect.ts'

/** An object at the end of a path, with the objects above it, the nearest last. */
type Descended = { readonly object: Tree; readonly above: readonly Tree[] }
/** Entities whose fields take the same values from their contexts. */
export type InContext = { readonly entities: readonly Tree[]; readonly variables: Readonly<Record<string, unknown>> }

/** Puts the entities of some paths together by the values that their contexts have (https://specs.apollo.dev/context/v0.1). */
export const byContext = (
  root: Tree,
  { paths, contexts = [] }: Pick<EntityFetch, 'paths' | 'contexts'>,
  isOneOf: IsOneOf,
): readonly InContext[] => {
  const groups = new Map<string, { readonly entities: Tree[]; readonly variables: Record<string, unknown> }>()
  for (const { object, above } of paths.flatMap((path) => descend(root, path, isOneOf))) {
    const variables: Record<string, unknown> = {}
    for (const { variable, up, path } of contexts) {
      const found = follow(above.at(-up), path, isOneOf)
      if (found !== undefined) variables[variable] = found
    }
    const key = stringifyExact(Object.entries(variables))
    const group = groups.get(key) ?? { entities: [], variables }
    groups.set(key, group)
    group.entities.push(object)
  }
  return [...groups.values()]
}

const descend = (root: Tree, path: EntityPath, isOneOf: IsOneOf): readonly Descended[] => {
  let level: readonly { readonly value: unknown; readonly above: readonly Tree[] }[] = [{ value: root, above: [] }]
  for (const step of path) {
    if (step.step === 'items') continue
    level = level.flatMap(({ value, above }) =>
      objectsIn(value).flatMap((object): typeof level => {
        if (step.step === 'field') return [{ value: object[step.key], above: [...above, object] }]
        return object.__typename === undefined || isOneOf(object.__typename, step.types) ? [{ value: object, above }] : []
      }),
    )
  }
  return level.flatMap(({ value, above }) => objectsIn(value).map((object) => ({ object, above })))
}

const objectsIn = (value: unknown): readonly Tree[] => (Array.isArray(value) ? value.flatMap(objectsIn) : isTree(value) ? [value] : [])

/** The value at the end of the steps; undefined where a type does not match, or nothing is known. */
const follow = (value: unknown, [step, ...rest]: readonly OutputStep[], isOneOf: IsOneOf): unknown => {
  if (step === undefined || value === null || value === undefined) return value
  if (Array.isArray(value)) return value.map((item) => follow(item, [step, ...rest], isOneOf))
  if (!isTree(value)) return undefined
  if (step.step === 'key') return follow(valueAt(value, step.key), rest, isOneOf)
  return value.__typename === undefined || isOneOf(value.__typename, step.types) ? follow(value, rest, isOneOf) : undefined
}

/** Whether a plan has fetches that depend on where an entity stands. */
export const takesContext = (plan: PlanNode): boolean =>
  fetchesOf(plan).some(({ entities = [] }) => entities.some(({ contexts }) => contexts !== undefined))
