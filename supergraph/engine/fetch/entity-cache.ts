import type { Caching } from '../caching.ts'
import type { FetchNode } from '../plan/planner.ts'
import { isTree, type Tree } from '../tree.ts'
import type { Gathered, Run } from './run.ts'

export type KeptEntity = { readonly value: unknown; readonly caching: Caching }
/** Remembers what subgraphs answered of single entities. */
export type EntityCache<C> = {
  /** Keys of what one fetch asks under one alias, by the text that represents an entity. */
  readonly keys: (fetch: { readonly node: FetchNode; readonly alias: string; readonly variables: string }, context: C) => EntityKeysOf
  readonly find: (keys: EntityKeysOf, text: string) => KeptEntity | undefined
  readonly keep: (keys: EntityKeysOf, text: string, entity: KeptEntity) => void
}
/** A key for what all may read, and one for what only this caller may; and what the caller allows. */
export type EntityKeysOf = {
  readonly shared: (text: string) => string
  readonly own: (text: string) => string
  readonly mayFind: boolean
  readonly mayKeep: boolean
}

type Known = { readonly group: readonly Tree[]; readonly value: Tree }
type Split = {
  readonly missing: Gathered
  readonly known: readonly Known[]
  /** Entities of which it is known that there are none. */
  readonly nothing: readonly (readonly Tree[])[]
}

/** Takes out of what is asked what is already known; a value is the caller's own. */
export const splitKnown = <C>(
  gathered: Gathered,
  keys: EntityKeysOf,
  { cache, run }: { readonly cache: EntityCache<C>; readonly run: Run<C> },
): Split => {
  const known: Known[] = []
  const nothing: (readonly Tree[])[] = []
  const missing: { groups: (readonly Tree[])[]; texts: string[] } = { groups: [], texts: [] }
  for (const [index, text] of gathered.texts.entries()) {
    const group = gathered.groups[index] ?? []
    const found = cache.find(keys, text)
    if (found === undefined) {
      missing.groups.push(group)
      missing.texts.push(text)
      continue
    }
    run.caching.push(found.caching)
    if (isTree(found.value)) known.push({ group, value: found.value })
    else nothing.push(group)
  }
  return { missing: { ...gathered, ...missing }, known, nothing }
}
