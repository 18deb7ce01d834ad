import type { EntityPath } from '../plan/planner.ts'
import { isTree, type Tree } from '../tree.ts'

export type IsOneOf = (typename: unknown, types: readonly string[]) => boolean

/**
 * The objects at the end of a path, each once. Entities share values by reference, so the walk goes level by level and
 * enters what it has seen on a level no second time.
 */
export const collect = (
  root: Tree,
  path: EntityPath,
  { isOneOf, hasShared }: { isOneOf: IsOneOf; hasShared: boolean },
): readonly Tree[] => {
  let level: unknown[] = [root]
  for (const step of path) {
    const next: unknown[] = []
    if (step.step === 'field') {
      for (const item of level) {
        const value = (item as Tree)[step.key]
        if (typeof value === 'object' && value !== null) next.push(value)
      }
    } else if (step.step === 'items') for (const item of level) flattenInto(next, item)
    else {
      // NOTE: an object without a type's name came from a place where only one type is possible.
      for (const item of level) {
        const { __typename: typename } = item as Tree
        if (typename === undefined || isOneOf(typename, step.types)) next.push(item)
      }
    }
    level = hasShared && next.length > 1 ? [...new Set(next)] : next
  }
  return flat(level)
}

const flat = (level: readonly unknown[]): readonly Tree[] => {
  if (!level.some(Array.isArray)) return level as readonly Tree[]
  const items: unknown[] = []
  for (const item of level) flattenInto(items, item)
  return items as Tree[]
}

const flattenInto = (items: unknown[], value: unknown): void => {
  if (Array.isArray(value)) for (const item of value) flattenInto(items, item)
  else if (typeof value === 'object' && value !== null) items.push(value)
}

type Place = { readonly object: Tree; readonly path: readonly (string | number)[] }

/** Every place where an object at the end of a path stands in the answer, for errors; `collect` gives each object once. */
export const placesOf = (root: Tree, path: EntityPath, isOneOf: IsOneOf): readonly Place[] => {
  type At = { readonly value: unknown; readonly path: readonly (string | number)[] }
  const items = ({ value, path: at }: At): readonly At[] =>
    Array.isArray(value) ? value.flatMap((item, index) => items({ value: item, path: [...at, index] })) : [{ value, path: at }]
  let level: readonly At[] = [{ value: root, path: [] }]
  for (const step of path) {
    if (step.step === 'items') level = level.flatMap(items)
    else if (step.step === 'field')
      level = level.flatMap(({ value, path: at }) => (isTree(value) ? [{ value: value[step.key], path: [...at, step.key] }] : []))
    else level = level.filter(({ value }) => isTree(value) && (value.__typename === undefined || isOneOf(value.__typename, step.types)))
  }
  return level.flatMap(items).flatMap(({ value, path: at }) => (isTree(value) ? [{ object: value, path: at }] : []))
}
