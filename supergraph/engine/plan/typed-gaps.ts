import { type FieldNode, Kind, type SelectionSetNode } from 'graphql'
import { fetchesOf } from './fetches.ts'
import type { EntityFetch, EntityPath, FetchNode, OutputRewrite, PlanNode, Requirement } from './planner.ts'
import { spelledOut } from './spelled-out.ts'
import type { SubgraphTypes } from './subgraph-types.ts'

/** An object at a place of the answer, for one type that it can have there. */
type Value = {
  readonly type: string
  /** The `__typename` that is known of it: that of an interface, where only an `@interfaceObject` was asked; undefined when none is. */
  named: string | undefined
  /** What is known of it by response key; null for leaves. */
  readonly fields: Map<string, Value[] | null>
}

/**
 * Carries a plan out with types instead of values, as the engine does with values, and finds a field that an object of some
 * type would lack. For every type an object can have at its place: who gives it, whether it can be represented to the
 * subgraphs that are asked of it, and whether they are asked all that the operation asks of that type.
 */
export const findTypedGap = (text: string, plan: PlanNode | null, types: SubgraphTypes): string | undefined => {
  const operation = spelledOut(text)
  const root: Value = { type: rootName[operation.operation], named: rootName[operation.operation], fields: new Map() }
  for (const fetch of plan === null ? [] : fetchesOf(plan)) take(fetch, root, types)
  return lackingIn(operation.selectionSet, root, { types, path: [] })
}

/** Composition gives roots these names. */
const rootName = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' } as const

const take = (fetch: FetchNode, root: Value, types: SubgraphTypes): void => {
  const { selectionSet, operation } = spelledOut(fetch.operation)
  if (fetch.entities === undefined) {
    for (const at of placesOf(root, fetch.at ?? [], types)) {
      const answered: Value = { type: rootName[operation], named: rootName[operation], fields: new Map() }
      answer(selectionSet, answered, { subgraph: fetch.subgraph, types })
      for (const rewrite of fetch.rewrites) rename([answered], rewrite, types)
      merge(at, answered)
    }
    return
  }
  for (const entity of fetch.entities) {
    const asked = selectionSet.selections.find(
      (node): node is FieldNode => node.kind === Kind.FIELD && (node.alias?.value ?? node.name.value) === entity.alias,
    )
    if (asked?.selectionSet !== undefined) takeEntities(asked.selectionSet, entity, { root, subgraph: fetch.subgraph, types })
  }
}

type Taking = { readonly root: Value; readonly subgraph: string; readonly types: SubgraphTypes }

const takeEntities = (set: SelectionSetNode, entity: EntityFetch, { root, subgraph, types }: Taking): void => {
  for (const value of new Set(entity.paths.flatMap((path) => placesOf(root, path, types)))) {
    const sent = representedAs(value, entity, { subgraph, types })
    if (sent === undefined) continue
    const isNamed = types.isObject(sent) || !types.isInterfaceObject(subgraph, sent)
    const answered: Value = { type: value.type, named: isNamed ? value.type : sent, fields: new Map() }
    answer(set, answered, { subgraph, types })
    for (const rewrite of entity.rewrites) rename([answered], rewrite, types)
    merge(value, answered)
  }
}

type Asking = { readonly subgraph: string; readonly types: SubgraphTypes }

/** The name by which an entity is represented to a subgraph; undefined when it cannot be. */
const representedAs = (value: Value, { requires, typenames }: EntityFetch, { subgraph, types }: Asking): string | undefined => {
  const only = requires.length === 1 && requires[0]?.kind === 'On' ? requires[0].type : undefined
  const typename = value.named ?? only
  const fields = fieldsFor(requires, typename, types).filter(({ key }) => key !== '__typename')
  if (fields.length === 0 || !fields.every((field) => isKnown(field, value, types))) return undefined
  const sent = typenames.find(({ of }) => of.some((each) => types.isOneOf(typename, each)))?.is ?? typename
  if (sent === undefined || !types.knows(subgraph, sent)) return undefined
  const keys = types.keysOf(subgraph, sent)
  const names = new Set(fields.map(({ name }) => name))
  const fits = keys.length === 0 || keys.some((key) => [...key.keys()].every((name) => name === '__typename' || names.has(name)))
  return fits ? sent : undefined
}

type FieldRequirement = Requirement & { readonly kind: 'Field' }
const fieldsFor = (requires: readonly Requirement[], typename: string | undefined, types: SubgraphTypes): readonly FieldRequirement[] =>
  requires.flatMap((each): readonly FieldRequirement[] =>
    each.kind === 'Field' ? [each] : types.isOneOf(typename, each.type) ? fieldsFor(each.selections, typename, types) : [],
  )

const isKnown = ({ key, selections }: FieldRequirement, value: Value, types: SubgraphTypes): boolean => {
  const below = value.fields.get(key)
  if (below === undefined) return false
  return (
    selections === null ||
    (below ?? []).every((each) =>
      fieldsFor(selections, each.named, types).every((field) => field.key === '__typename' || isKnown(field, each, types)),
    )
  )
}

/** Adds what a subgraph answers of an object. */
const answer = (set: SelectionSetNode, value: Value, asking: Asking): void => {
  const { subgraph, types } = asking
  const seenAs = value.named ?? value.type
  for (const node of set.selections) {
    if (node.kind === Kind.FRAGMENT_SPREAD) continue
    if (node.kind === Kind.INLINE_FRAGMENT) {
      if (node.typeCondition === undefined || types.isOneOf(seenAs, node.typeCondition.name.value)) answer(node.selectionSet, value, asking)
      continue
    }
    const key = node.alias?.value ?? node.name.value
    const type = types.fieldType(subgraph, seenAs, node.name.value) ?? types.fieldType(subgraph, value.type, node.name.value)
    if (node.selectionSet === undefined || type === undefined) value.fields.set(key, null)
    else value.fields.set(key, [...(value.fields.get(key) ?? []), ...answeredBelow(node.selectionSet, type, asking)])
  }
}

const answeredBelow = (set: SelectionSetNode, type: string, asking: Asking): readonly Value[] => {
  const { subgraph, types } = asking
  const isAnonymous = types.isInterfaceObject(subgraph, type)
  return types.possible(subgraph, type).map((each): Value => {
    const below: Value = { type: each, named: isAnonymous ? type : each, fields: new Map() }
    answer(set, below, asking)
    // NOTE: only here, because a subgraph decides by the type itself which fragments apply.
    if (types.isAbstract(type) && !below.fields.has('__typename')) below.named = undefined
    return below
  })
}

const merge = (into: Value, from: Value): void => {
  if (into.named !== into.type && from.fields.has('__typename')) into.named = from.named
  for (const [key, values] of from.fields) {
    const known = into.fields.get(key)
    if (known === undefined || known === null || values === null) into.fields.set(key, values)
    else for (const value of values) mergeOne(known, value)
  }
}

/** NOTE: what one subgraph knows to be of some types, another one's answer is about the same types. */
const mergeOne = (known: Value[], value: Value): void => {
  const same = known.filter(({ type }) => type === value.type)
  for (const each of same) merge(each, value)
  if (known.length === 0) known.push(value)
}

const rename = (values: readonly Value[], { path, to }: OutputRewrite, types: SubgraphTypes): void => {
  const [step, ...rest] = path
  for (const value of values) {
    if (step === undefined) return
    if (step.step === 'types') {
      if (value.named === undefined || step.types.some((each) => types.isOneOf(value.named, each)))
        rename([value], { path: rest, to }, types)
    } else if (rest.length > 0) rename(value.fields.get(step.key) ?? [], { path: rest, to }, types)
    else if (value.fields.has(step.key)) {
      value.fields.set(to, value.fields.get(step.key) ?? null)
      value.fields.delete(step.key)
    }
  }
}

const placesOf = (root: Value, path: EntityPath, types: SubgraphTypes): readonly Value[] => {
  let level: readonly Value[] = [root]
  for (const step of path) {
    if (step.step === 'field') level = level.flatMap((value) => value.fields.get(step.key) ?? [])
    else if (step.step === 'types')
      level = level.filter(({ named }) => named === undefined || step.types.some((each) => types.isOneOf(named, each)))
  }
  return level
}

type At = { readonly types: SubgraphTypes; readonly path: readonly string[] }

const lackingIn = (set: SelectionSetNode, value: Value, { types, path }: At): string | undefined => {
  for (const node of set.selections) {
    if (node.kind === Kind.FRAGMENT_SPREAD) continue
    if (node.kind === Kind.INLINE_FRAGMENT) {
      const on = node.typeCondition?.name.value
      if (on !== undefined && types.isObject(on) && value.named !== value.type)
        return `The plan does not find out the type at ${path.join('.')}`
      const gap = on === undefined || types.isOneOf(value.type, on) ? lackingIn(node.selectionSet, value, { types, path }) : undefined
      if (gap !== undefined) return gap
      continue
    }
    if (node.name.value === '__typename') {
      if (value.named !== value.type) return `The plan does not find out the type at ${path.join('.')}`
      continue
    }
    const here = [...path, node.alias?.value ?? node.name.value]
    const below = value.fields.get(here.at(-1) ?? '')
    if (below === undefined) return `The plan gives no ${here.join('.')} of a ${value.type}`
    for (const each of node.selectionSet === undefined ? [] : (below ?? [])) {
      const gap = lackingIn(node.selectionSet as SelectionSetNode, each, { types, path: here })
      if (gap !== undefined) return gap
    }
  }
  return undefined
}
