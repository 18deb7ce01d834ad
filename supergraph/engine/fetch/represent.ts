import { stringifyExact } from '#platform/text/exact-json.ts'
import type { EntityFetch, Requirement } from '../plan/planner.ts'
import type { EntityKeys } from '../schema/entity-keys.ts'
import { isTree, type Tree, valueAt } from '../tree.ts'
import type { IsOneOf } from './collect.ts'

/** Entities that a subgraph cannot distinguish, and the JSON text that represents them to it. */
export type Group = { readonly text: string; readonly targets: Tree[] }
/** Puts entities into groups; those that nothing known can represent are left out. One whose keys are all null is told to `onNothing`. */
export type Represent = (found: readonly (readonly Tree[])[], onNothing: (entity: Tree) => void) => readonly Group[]

/** Groups by the values of one field after the other, so that a text is made once for each group and not for each entity. */
type Branch = Map<unknown, Branch | Group>

const typesMax = 1_000

type FieldRequirement = Requirement & { readonly kind: 'Field' }
type Builder = { readonly head: string; readonly fields: readonly FieldRequirement[]; readonly keys: readonly (readonly string[])[] }
type RepresentDeps = { readonly subgraph: string; readonly keysOf: EntityKeys; readonly isOneOf: IsOneOf }

/** Compiles what a plan requires of entities, one builder per type that is met (Apollo Federation subgraph specification, `_Any`). */
export const compileRepresent = ({ requires, typenames }: EntityFetch, { subgraph, keysOf, isOneOf }: RepresentDeps): Represent => {
  const builders = new Map<unknown, Builder | null>()
  const only = requires.length === 1 && requires[0]?.kind === 'On' ? requires[0].type : undefined
  const builderOf = (typename: unknown): Builder | null => {
    const known = builders.get(typename)
    if (known !== undefined) return known
    const fields = fieldsFor(requires, typename, isOneOf).filter(({ key }) => key !== '__typename')
    const named = typenames.find(({ of }) => of.includes(String(typename)) || isOneOf(typename, of))?.is ?? String(typename)
    const names = new Set(fields.map(({ name }) => name))
    const keys = keysOf(subgraph, named).map((key) => [...key.keys()].filter((name) => name !== '__typename'))
    const fitting = keys.filter((key) => key.every((name) => names.has(name)))
    const built = fields.length === 0 || fitting.length === 0 ? null : { head: `{"__typename":"${named}"`, fields, keys: fitting }
    // NOTE: a subgraph may say anything to be a type.
    if (builders.size < typesMax) builders.set(typename, built)
    return built
  }
  return (found, onNothing) => {
    const groups: Group[] = []
    const placing: Placing = { root: new Map(), groups, isOneOf }
    for (const entities of found)
      for (const entity of entities) {
        const builder = builderOf(entity.__typename ?? only)
        if (builder === null) continue
        if (isIdentified(entity, builder)) place(entity, builder, placing)
        else onNothing(entity)
      }
    return groups
  }
}

type Placing = { readonly root: Branch; readonly groups: Group[]; readonly isOneOf: IsOneOf }

const place = (entity: Tree, builder: Builder, { root, groups, isOneOf }: Placing): void => {
  let branch = root
  let key: unknown = builder
  for (const field of builder.fields) {
    let next = branch.get(key) as Branch | undefined
    if (next === undefined) {
      next = new Map()
      branch.set(key, next)
    }
    branch = next
    const value = entity[field.key]
    key = typeof value === 'object' && value !== null ? textOf(value, field, isOneOf) : value
    if (key === undefined || typeof key === 'function') return
  }
  const known = branch.get(key) as Group | undefined
  if (known !== undefined) {
    known.targets.push(entity)
    return
  }
  const group = { text: textFor(entity, builder, isOneOf), targets: [entity] }
  branch.set(key, group)
  groups.push(group)
}

const textFor = (entity: Tree, { head, fields }: Builder, isOneOf: IsOneOf): string =>
  `${head}${fields.map((field) => `,"${field.name}":${textOf(valueAt(entity, field.key), field, isOneOf)}`).join('')}}`

const fieldsFor = (requires: readonly Requirement[], typename: unknown, isOneOf: IsOneOf): readonly FieldRequirement[] => {
  const fields = new Map<string, FieldRequirement>()
  const add = (selections: readonly Requirement[]): void => {
    for (const selection of selections) {
      if (selection.kind === 'Field') {
        const known = fields.get(selection.name)
        const nested = [...(known?.selections ?? []), ...(selection.selections ?? [])]
        fields.set(selection.name, { ...selection, selections: selection.selections === null ? null : nested })
      } else if (selection.type === typename || isOneOf(typename, [selection.type])) add(selection.selections)
    }
  }
  add(requires)
  return [...fields.values()]
}

/** An entity none of whose keys has a value stands for nothing; a compound key can have parts that are null. */
const isIdentified = (entity: Tree, { keys }: Builder): boolean => {
  if (keys.length === 0) return true
  for (const key of keys) for (const name of key) if (entity[name] !== null) return true
  return false
}

const textOf = (value: unknown, field: FieldRequirement, isOneOf: IsOneOf): string | undefined => {
  if (value === undefined) return undefined
  if (value === null) return 'null'
  if (field.selections === null) return stringifyExact(value)
  if (Array.isArray(value)) {
    const items = value.map((item) => textOf(item ?? null, field, isOneOf))
    return items.includes(undefined) ? undefined : `[${items.join(',')}]`
  }
  return isTree(value) ? objectText(value, field.selections, isOneOf) : stringifyExact(value)
}

const objectText = (value: Tree, selections: readonly Requirement[], isOneOf: IsOneOf): string | undefined => {
  const parts: string[] = []
  for (const field of fieldsFor(selections, value.__typename, isOneOf)) {
    const text = textOf(valueAt(value, field.key), field, isOneOf)
    if (text === undefined) return undefined
    parts.push(`"${field.name}":${text}`)
  }
  return `{${parts.join(',')}}`
}
