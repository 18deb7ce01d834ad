import type { Choices } from './choices.ts'

export type TypeRef = { readonly kind: 'named'; readonly name: string } | { readonly kind: 'list' | 'nonNull'; readonly of: TypeRef }

/** A field that a `@requires` names, as its subgraph wants it. */
export type Required = { readonly name: string; readonly x?: number; readonly nested?: readonly string[] }
export type Field = {
  readonly name: string
  readonly type: TypeRef
  readonly hasArgument: boolean
  /** Subgraphs that resolve it; more than one when it is `@shareable`. */
  readonly owners: readonly string[]
  readonly requires?: readonly Required[]
  /** Field of the entity that this field's subgraph can resolve on this path only. */
  readonly provides?: string
  /** Subgraph that still has the field but may not be asked for it any more. */
  readonly overridden?: string
  readonly canFail: boolean
  /** Whose field it is when an `@interfaceObject` adds it. */
  readonly declaredOn: string
}
export type Entity = {
  readonly name: string
  /** Keys by subgraph: one or more of `id`, `code`, `id code`. */
  readonly keys: ReadonlyMap<string, readonly string[]>
  readonly fields: readonly Field[]
}
export type Model = {
  readonly subgraphs: readonly string[]
  readonly entities: readonly Entity[]
  /** Fields of the shared value type. */
  readonly valueFields: readonly Field[]
  readonly queries: readonly Field[]
  /** Entities behind the interface `Face` and the union `Any`, both at home in the first subgraph. */
  readonly faces: readonly string[]
  /** The interface `Thing` has a key; a subgraph of its own knows it as an `@interfaceObject` and adds fields to it. */
  readonly things: { readonly members: readonly string[]; readonly objectIn: string; readonly fields: readonly Field[] } | null
}

export const named = (name: string): TypeRef => ({ kind: 'named', name })
export const innermost = (type: TypeRef): string => (type.kind === 'named' ? type.name : innermost(type.of))
export const typeText = (type: TypeRef): string =>
  type.kind === 'named' ? type.name : type.kind === 'list' ? `[${typeText(type.of)}]` : `${typeText(type.of)}!`

export const leafNames = ['String', 'Int', 'Boolean', 'Float', 'ID', 'Color'] as const
export const isLeaf = (name: string): boolean => (leafNames as readonly string[]).includes(name)

const wrap = (choices: Choices, type: TypeRef, depth = 0): TypeRef => {
  const inner: TypeRef = choices.chance(25) ? { kind: 'nonNull', of: type } : type
  return depth < 2 && choices.chance(30) ? wrap(choices, { kind: 'list', of: inner }, depth + 1) : inner
}

/** A random graph over two to four subgraphs. */
export const makeModel = (choices: Choices): Model => {
  const subgraphs = ['s0', 's1', 's2', 's3'].slice(0, 2 + choices.below(3))
  const names = ['T0', 'T1', 'T2', 'T3'].slice(0, 2 + choices.below(3))
  const homes = new Map(names.map((name) => [name, makeKeys(choices, subgraphs)]))
  const faces = ['T0', ...choices.some(names.slice(1), 50)]
  const isThing = choices.chance(40)
  const targets = [...names, 'V', 'Face', 'Any', ...(isThing ? ['Thing'] : [])]
  const valueFields = ['v0', 'v1'].map((name) => plainField(choices, { name, owners: subgraphs, parent: 'V' }))
  const entities = names.map((name): Entity => {
    const keys = homes.get(name) ?? new Map()
    const owners = [...keys.keys()]
    const plain = Array.from({ length: 2 + choices.below(3) }, (_, index) =>
      scalarField(choices, { name: `f${index}`, owners, parent: name }),
    )
    const links = Array.from({ length: 1 + choices.below(3) }, (_, index) =>
      linkField(choices, { name: `r${index}`, owners, parent: name, targets }),
    )
    return { name, keys, fields: [...plain, ...links, ...requiringFields(choices, { plain, links, owners, parent: name })] }
  })
  const things = isThing
    ? {
        members: ['T0', ...choices.some(names.slice(1), 50)],
        objectIn: 'things',
        // NOTE: nullable, see the note of `hoistInterfaceFields`.
        fields: ['boost', 'note'].map((name) => nullable(plainField(choices, { name, owners: ['things'], parent: 'Thing' }))),
      }
    : null
  const queries = subgraphs.flatMap((owner) =>
    Array.from({ length: 1 + choices.below(2) }, (_, index) =>
      linkField(choices, { name: `${owner}q${index}`, owners: [owner], parent: 'Query', targets }),
    ),
  )
  if (things !== null)
    queries.push({ ...plainField(choices, { name: 'tops', owners: ['things'], parent: 'Query' }), type: wrap(choices, named('Thing')) })
  return withProvides(choices, {
    subgraphs: things === null ? subgraphs : [...subgraphs, 'things'],
    entities,
    valueFields,
    queries,
    faces,
    things,
  })
}

const nullable = (field: Field): Field => (field.type.kind === 'nonNull' ? { ...field, type: field.type.of } : field)

/** Every subgraph can be reached: the first has all keys that others have. */
const makeKeys = (choices: Choices, subgraphs: readonly string[]): ReadonlyMap<string, readonly string[]> => {
  const homes = subgraphs.filter((_name, index) => index === 0 || choices.chance(65))
  const others = homes.slice(1).map((name) => [name, choices.chance(75) ? ['id'] : [choices.one(['code', 'id code'])]] as const)
  const all = [...new Set(['id', ...others.flatMap(([, keys]) => keys)])]
  return new Map([[homes[0] ?? 's0', all], ...others])
}

type Naming = { readonly name: string; readonly owners: readonly string[]; readonly parent: string }

const plainField = (choices: Choices, { name, owners, parent }: Naming): Field => ({
  name,
  type: wrap(choices, named(choices.one(leafNames))),
  hasArgument: false,
  owners,
  canFail: parent !== 'V' && choices.chance(25),
  declaredOn: parent,
})

const scalarField = (choices: Choices, { owners, ...naming }: Naming): Field => {
  const owner = choices.one(owners)
  const also = owners.filter((name) => name !== owner)
  const isShared = choices.chance(20)
  const overridden = !isShared && choices.chance(20) ? also[0] : undefined
  return {
    ...plainField(choices, { ...naming, owners: isShared ? [owner, ...also.slice(0, 1)] : [owner] }),
    hasArgument: choices.chance(30),
    ...(overridden === undefined ? {} : { overridden }),
  }
}

const linkField = (choices: Choices, { targets, owners, ...naming }: Naming & { readonly targets: readonly string[] }): Field => {
  const owner = choices.one(owners)
  // NOTE: interfaces and the union are at home in the first subgraph.
  const known = targets.filter((name) => (['Face', 'Any'].includes(name) ? owner === 's0' : name !== 'Thing' || owner === 's0'))
  return {
    ...plainField(choices, { ...naming, owners: [owner] }),
    type: wrap(choices, named(choices.one(known))),
    hasArgument: choices.chance(25),
  }
}

type Requiring = Omit<Naming, 'name'> & { readonly plain: readonly Field[]; readonly links: readonly Field[] }

/** Fields that are computed from what other subgraphs know. What is required never fails, so that both sides know it. */
const requiringFields = (choices: Choices, { plain, links, owners, parent }: Requiring): readonly Field[] => {
  const owner = choices.one(owners)
  const elsewhere = [...plain, ...links.filter(({ type }) => innermost(type) === 'V')].filter(
    (field) => !field.owners.includes(owner) && !field.canFail && field.overridden !== owner,
  )
  if (elsewhere.length === 0 || !choices.chance(70)) return []
  return Array.from({ length: 1 + choices.below(2) }, (_, index) => {
    const picked = [choices.one(elsewhere), ...choices.some(elsewhere, 30)]
    const requires = [...new Map(picked.map((field) => [field.name, field])).values()].map(
      (field): Required => ({
        name: field.name,
        ...(field.hasArgument ? { x: index + 1 } : {}),
        ...(isLeaf(innermost(field.type)) ? {} : { nested: ['v0'] }),
      }),
    )
    return {
      name: `q${index}`,
      type: named('String'),
      hasArgument: choices.chance(30),
      owners: [owner],
      requires,
      canFail: false,
      declaredOn: parent,
    }
  })
}

const withProvides = (choices: Choices, model: Model): Model => {
  const provide = (field: Field): Field => {
    const target = model.entities.find(({ name }) => name === innermost(field.type))
    const owner = field.owners[0] ?? ''
    const candidates = (target?.fields ?? []).filter(
      (given) =>
        isLeaf(innermost(given.type)) &&
        !given.hasArgument &&
        !given.owners.includes(owner) &&
        given.overridden === undefined &&
        given.requires === undefined,
    )
    return candidates.length > 0 && choices.chance(30) ? { ...field, provides: choices.one(candidates).name } : field
  }
  return {
    ...model,
    entities: model.entities.map((entity) => ({ ...entity, fields: entity.fields.map(provide) })),
    queries: model.queries.map(provide),
  }
}
