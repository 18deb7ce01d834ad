import { Kind, type SelectionSetNode } from 'graphql'
import type { EntityPath, FetchNode, OutputRewrite, Requirement } from './planner.ts'
import { spelledOut } from './spelled-out.ts'

/** What is known at a place of the answer, by response key, whatever types the values have. */
export type Known = Map<string, Known>

/** What a fetch adds at one place; `requires` is what must be known there before. */
export type Addition = { readonly path: EntityPath; readonly requires: readonly Requirement[]; readonly known: Known }

export const additionsOf = (node: FetchNode): readonly Addition[] => {
  const answer: Known = new Map()
  add(spelledOut(node.operation).selectionSet, answer)
  if (node.entities === undefined) {
    for (const rewrite of node.rewrites) rename(answer, rewrite)
    return [{ path: node.at ?? [], requires: [], known: answer }]
  }
  return node.entities.flatMap(({ alias, rewrites, paths, requires }) => {
    const known = answer.get(alias) ?? new Map()
    for (const rewrite of rewrites) rename(known, rewrite)
    return paths.map((path) => ({ path, requires, known }))
  })
}

export const keysOf = (path: EntityPath): readonly string[] => path.flatMap((step) => (step.step === 'field' ? [step.key] : []))
export const place = (root: Known, path: EntityPath): Known => keysOf(path).reduce(below, root)

export const add = ({ selections }: SelectionSetNode, into: Known): void => {
  for (const node of selections) {
    const inner = node.kind === Kind.FIELD ? below(into, node.alias?.value ?? node.name.value) : into
    if (node.kind !== Kind.FRAGMENT_SPREAD && node.selectionSet !== undefined) add(node.selectionSet, inner)
  }
}

export const merge = (into: Known, from: Known): void => {
  for (const [key, inner] of from) merge(below(into, key), inner)
}

const below = (known: Known, key: string): Known => {
  const present = known.get(key)
  if (present !== undefined) return present
  const made: Known = new Map()
  known.set(key, made)
  return made
}

/** NOTE: the field of another type can have the name already, so what was there stays. */
const rename = (known: Known, { path, to }: OutputRewrite): void => {
  const keys = path.flatMap((step) => (step.step === 'key' ? [step.key] : []))
  const at = keys.slice(0, -1).reduce(below, known)
  merge(below(at, to), below(at, keys.at(-1) ?? to))
}
