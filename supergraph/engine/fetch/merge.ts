import { isTree, type Tree } from '../tree.ts'

/** Whether a name is that of an object type, so that an interface's name never replaces it. */
export type IsObjectType = (name: unknown) => boolean

/**
 * Adds what a subgraph answered to what is known of the same object. Nested values are taken by reference where nothing
 * was known; null never hides a value that another subgraph gave.
 */
export const mergeInto = (target: Tree, source: Tree, isObjectType: IsObjectType): void => mergeIntoAll([target], source, isObjectType)

/** The same for several objects that stand for one entity. */
export const mergeIntoAll = (targets: readonly Tree[], source: Tree, isObjectType: IsObjectType): void => {
  for (const key of Object.keys(source)) {
    // NOTE: assigning to this name would replace the prototype.
    if (key === '__proto__') continue
    const given = { value: source[key], isObjectType }
    for (const target of targets) mergeField(target, key, given)
  }
}

const mergeField = (
  target: Tree,
  key: string,
  { value, isObjectType }: { readonly value: unknown; readonly isObjectType: IsObjectType },
): void => {
  const present = target[key]
  if (present === value) return
  if (present === undefined || present === null) target[key] = value
  else if (value === null || value === undefined) return
  else if (typeof value === 'object' && typeof present === 'object') mergeNested(present, value, isObjectType)
  else if (key !== '__typename' || isObjectType(value)) target[key] = value
}

const mergeNested = (present: object, value: object, isObjectType: IsObjectType): void => {
  if (Array.isArray(present) && Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const known = present[index]
      if (known === item || item === null || item === undefined) continue
      if (typeof known === 'object' && known !== null && typeof item === 'object') mergeNested(known, item, isObjectType)
      else present[index] = item
    }
  } else if (isTree(present) && isTree(value)) mergeInto(present, value, isObjectType)
}
