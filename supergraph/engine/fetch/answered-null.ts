import { Kind, type SelectionSetNode } from 'graphql'
import type { EntityFetch, FetchNode } from '../plan/planner.ts'
import { spelledOut } from '../plan/spelled-out.ts'
import type { Tree } from '../tree.ts'
import type { IsOneOf } from './collect.ts'

/** A response key that a fetch asks of an entity, of these types; of any, when they are absent. */
type AskedKey = { readonly key: string; readonly types: readonly string[] | undefined }
/** Writes down that a subgraph has answered null for an entity: "nobody answered" is told apart from it by `undefined`. */
export type AnswerNull = (targets: readonly Tree[]) => void

const typesMax = 1_000

/** For the entities that a fetch asks under one alias: what is not known of them becomes null. */
export const compileAnswerNull = (node: FetchNode, { alias, rewrites }: EntityFetch, isOneOf: IsOneOf): AnswerNull => {
  let asked: readonly AskedKey[] | undefined
  const keysOf = new Map<unknown, readonly string[]>()
  const keysFor = (typename: unknown): readonly string[] => {
    asked ??= askedKeys(node, alias).flatMap(({ key, types }) => [{ key, types }, ...renamed(key, types, rewrites)])
    const keys = asked
      .filter(({ types }) => types === undefined || typename === undefined || isOneOf(typename, types))
      .map(({ key }) => key)
    if (keysOf.size < typesMax) keysOf.set(typename, keys)
    return keys
  }
  return (targets) => {
    for (const target of targets)
      for (const key of keysOf.get(target.__typename) ?? keysFor(target.__typename)) if (target[key] === undefined) target[key] = null
  }
}

const askedKeys = (node: FetchNode, alias: string): readonly AskedKey[] =>
  spelledOut(node.operation).selectionSet.selections.flatMap((field) => {
    if (field.kind !== Kind.FIELD || (field.alias?.value ?? field.name.value) !== alias || field.selectionSet === undefined) return []
    return keysIn(field.selectionSet, undefined)
  })

const keysIn = ({ selections }: SelectionSetNode, types: readonly string[] | undefined): readonly AskedKey[] =>
  selections
    .flatMap((node): readonly AskedKey[] => {
      if (node.kind === Kind.FIELD) return [{ key: node.alias?.value ?? node.name.value, types }]
      if (node.kind === Kind.FRAGMENT_SPREAD) return []
      return keysIn(node.selectionSet, node.typeCondition === undefined ? types : [node.typeCondition.name.value])
    })
    .filter(({ key }) => key !== '__typename')

const renamed = (key: string, types: readonly string[] | undefined, rewrites: EntityFetch['rewrites']): readonly AskedKey[] =>
  rewrites.flatMap(({ path, to }) => {
    const keys = path.flatMap((step) => (step.step === 'key' ? [step.key] : []))
    return keys.length === 1 && keys[0] === key ? [{ key: to, types }] : []
  })
