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

export type MergeAll = (targets: readonly Tree[], source: Tree) => void
const hotAfter = 1_000
const shapesMax = 8

/**
 * Makes a `mergeIntoAll` for the answers of one fetch. Once it has merged into many objects it compiles a program for the
 * fields that such answers have: objects that have none of them yet, which is nearly all, get them without a look-up by name.
 */
export const createMerger = (isObjectType: IsObjectType, threshold = hotAfter): MergeAll => {
  const slow = (target: Tree, source: Tree): void => mergeInto(target, source, isObjectType)
  const programs = new Map<string, MergeAll>()
  let merged = 0
  return (targets, source) => {
    merged += targets.length
    if (merged <= threshold) return mergeIntoAll(targets, source, isObjectType)
    const keys = Object.keys(source)
    const shape = keys.join()
    let program = programs.get(shape)
    if (program === undefined) {
      if (programs.size >= shapesMax || keys.includes('__proto__')) return mergeIntoAll(targets, source, isObjectType)
      program = compile(keys, slow)
      programs.set(shape, program)
    }
    program(targets, source)
  }
}

const compile = (keys: readonly string[], slow: (target: Tree, source: Tree) => void): MergeAll => {
  // NOTE: response keys enter the program only as JSON strings, which are JavaScript string literals.
  const names = keys.map((key) => JSON.stringify(key))
  const isNew = names.map((name) => `t[${name}]===undefined`).join('&&') || 'true'
  const values = names.map((name, index) => `const v${index}=s[${name}];`).join('')
  const writes = names.map((name, index) => `t[${name}]=v${index};`).join('')
  return new Function('slow', `return (all,s)=>{${values}for(const t of all){if(${isNew}){${writes}}else slow(t,s)}}`)(slow) as MergeAll
}

const mergeField = (
  target: Tree,
  key: string,
  { value, isObjectType }: { readonly value: unknown; readonly isObjectType: IsObjectType },
): void => {
  const present = target[key]
  if (present === value) return
  // NOTE: a function is none of its values; see `valueAt`.
  if (present === undefined || present === null || typeof present === 'function') target[key] = value
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
