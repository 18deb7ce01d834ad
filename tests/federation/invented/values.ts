import {
  type GraphQLEnumType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isEnumType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql'
import type { Joins } from './joins.ts'

/**
 * An object everywhere in the graph: its type and id decide all its values. One that is part of another's key has that
 * one's type and id as its own, so that the key says whose it is.
 */
export type Thing = { readonly type: string; readonly id: string }
export type Arguments = Readonly<Record<string, unknown>>

const things = 3

/** FNV-1a, 32 bits. */
const hash = (text: string): number => {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d)
  return (value ^ (value >>> 13)) >>> 0
}

/** Object keys in order, so that equal arguments are one text. */
export const stable = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(stable)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, stable(inner)]),
  )
}

/**
 * Data for a graph of which only the schema is known: every field of every object has one value, whoever is asked.
 * Keys carry the object's type and id, so that a subgraph can find it again.
 */
export class Values {
  /** The whole graph, with what its users do not see. */
  readonly schema: GraphQLSchema
  readonly #shown: GraphQLSchema
  readonly #subgraphs: ReadonlyMap<string, GraphQLSchema>
  readonly #joins: Joins
  readonly #typeNumbers: ReadonlyMap<string, number>
  readonly #keyFields = new Set<string>()
  constructor({ schema, shown, subgraphs, joins }: Known) {
    this.schema = schema
    this.#shown = shown
    this.#subgraphs = subgraphs
    this.#joins = joins
    this.#typeNumbers = new Map(Object.keys(schema.getTypeMap()).map((name, index) => [name, index + 1]))
    for (const name of Object.keys(schema.getTypeMap())) for (const key of joins.keys(name)) this.#noteKey(name, key)
  }

  /** Every field that a key names, also below others. */
  #noteKey(name: string, { selections }: SelectionSetNode): void {
    for (const node of selections) {
      if (node.kind === Kind.INLINE_FRAGMENT) this.#noteKey(node.typeCondition?.name.value ?? name, node.selectionSet)
      if (node.kind !== Kind.FIELD) continue
      for (const type of this.#possible(null, name)) {
        this.#keyFields.add(`${type}.${node.name.value}`)
        const known = this.schema.getType(type)
        const field = isObjectType(known) ? known.getFields()[node.name.value] : undefined
        if (field !== undefined && node.selectionSet !== undefined) this.#noteKey(getNamedType(field.type).name, node.selectionSet)
      }
    }
  }

  /** Names under which keys can ask for an object: its type and the interfaces of that. */
  namesOf(type: string): readonly string[] {
    const known = this.schema.getType(type)
    return isObjectType(known) ? [type, ...known.getInterfaces().map(({ name }) => name)] : [type]
  }

  isKey(type: string, field: string): boolean {
    return this.#keyFields.has(`${type}.${field}`)
  }

  /** What a field gives for an object. Throws where an error is injected, which is never in what others need. */
  value(thing: Thing, field: string, args: Arguments): unknown {
    const definitions = this.#definitions(thing.type, field)
    const isKey = this.isKey(thing.type, field)
    const shown = this.#shownArguments(thing.type, field, args)
    const seed = `${thing.type}#${thing.id}.${field}(${JSON.stringify(stable(shown))})`
    if (!isKey && !this.#joins.isRequired(field) && hash(`${seed}fail`) % 15 === 0) throw new Error(`broken: ${seed}`)
    return this.#make(definitions, { thing, field, isKey, seed })
  }

  /** The object that a key's leaf was made for, when it says so. */
  find(name: string, leaf: unknown): Thing | undefined {
    const found =
      typeof leaf === 'number' ? { type: this.#typeOfNumber(Math.floor(leaf / 10)), id: String(leaf % 10) } : readLeaf(String(leaf))
    if (found.type === name || this.namesOf(found.type).includes(name)) return found
    return isObjectType(this.schema.getType(name)) ? { type: name, id: nameOf(found) } : undefined
  }

  /** The objects behind a type's name that every subgraph which has the field can give. */
  members(types: readonly (readonly [string | null, string])[]): readonly string[] {
    const sets = types.map(([subgraph, name]) => this.#possible(subgraph, name))
    const isShown = types.every(([, name]) => this.#shown.getType(name) !== undefined)
    return (sets[0] ?? []).filter(
      (name) => sets.every((set) => set.includes(name)) && (!isShown || this.#shown.getType(name) !== undefined),
    )
  }

  /** What a field set selects of an object, as a representation has it. */
  select(thing: Thing, { selections }: SelectionSetNode): Readonly<Record<string, unknown>> {
    return Object.fromEntries(
      selections.flatMap((node): readonly (readonly [string, unknown])[] => {
        if (node.kind === Kind.INLINE_FRAGMENT) {
          const on = node.typeCondition?.name.value
          return on === undefined || this.namesOf(thing.type).includes(on) || this.#isMember(thing.type, on)
            ? Object.entries(this.select(thing, node.selectionSet))
            : []
        }
        if (node.kind !== Kind.FIELD || node.name.value === '__typename') return []
        const args = Object.fromEntries((node.arguments ?? []).map(({ name, value }) => [name.value, literal(value)]))
        const value = this.value(thing, node.name.value, args)
        const below = node.selectionSet
        return [[node.name.value, below === undefined ? value : mapThings(value, (inner) => this.select(inner, below))]]
      }),
    )
  }

  #isMember(type: string, union: string): boolean {
    const known = this.schema.getType(union)
    return isAbstractType(known) && this.schema.getPossibleTypes(known).some(({ name }) => name === type)
  }

  #shownArguments(type: string, field: string, args: Arguments): Arguments {
    const known = this.#shown.getType(type)
    const shown = isObjectType(known) ? known.getFields()[field]?.args : undefined
    if (shown === undefined) return {}
    const names = [...shown.map(({ name }) => name), ...this.#joins.contextArguments(type, field).map(({ name }) => name)]
    return Object.fromEntries(names.flatMap((name) => (args[name] === undefined || args[name] === null ? [] : [[name, args[name]]])))
  }

  /** The field's type in the graph and in each subgraph that gives it. */
  #definitions(type: string, field: string): readonly (readonly [string | null, GraphQLOutputType])[] {
    const found = (schema: GraphQLSchema, name: string): GraphQLOutputType | undefined => {
      const known = schema.getType(name)
      return isObjectType(known) || isInterfaceType(known) ? known.getFields()[field]?.type : undefined
    }
    const whole = found(this.schema, type)
    const parts = [...this.#subgraphs].flatMap(([subgraph, schema]) =>
      this.namesOf(type).flatMap((name): readonly (readonly [string, GraphQLOutputType])[] => {
        if (name !== type && this.#joins.type(subgraph, name)?.isInterfaceObject !== true) return []
        const given = found(schema, name)
        return given === undefined ? [] : [[subgraph, given]]
      }),
    )
    return whole === undefined ? parts : [[null, whole], ...parts]
  }

  #make(types: readonly (readonly [string | null, GraphQLOutputType])[], at: At): unknown {
    const isNullable = types.every(([, type]) => !isNonNullType(type))
    if (isNullable && !at.isKey && hash(`${at.seed}?`) % 6 === 0) return null
    const bare = types.map(([subgraph, type]) => [subgraph, isNonNullType(type) ? type.ofType : type] as const)
    const first = bare[0]?.[1]
    if (first === undefined) throw new TypeError(`Nobody has ${at.seed}`)
    if (isListType(first)) {
      const items = bare.flatMap(([subgraph, type]) => (isListType(type) ? [[subgraph, type.ofType as GraphQLOutputType] as const] : []))
      const length = at.isKey ? 1 : hash(`${at.seed}#`) % 4
      return Array.from({ length }, (_, index) => this.#make(items, { ...at, seed: `${at.seed}/${index}` }))
    }
    const named = getNamedType(first)
    if (isLeafType(named)) return this.#leaf(bare, named.name, at)
    const members = this.members(bare.map(([subgraph, type]) => [subgraph, getNamedType(type).name] as const))
    const type = members[hash(`${at.seed}!`) % members.length]
    if (type === undefined) return null
    return { type, id: at.isKey ? nameOf(at.thing) : this.#isRoot(type) ? '0' : String(hash(at.seed) % things) } satisfies Thing
  }

  #typeOfNumber(number: number): string {
    return [...this.#typeNumbers].find(([, other]) => other === number)?.[0] ?? ''
  }

  #keyNumber(thing: Thing): number {
    const { type, id } = readLeaf(`:${nameOf(thing)}`)
    return (this.#typeNumbers.get(type) ?? 0) * 10 + Number(id)
  }

  #isRoot(type: string): boolean {
    return [this.schema.getQueryType(), this.schema.getMutationType()].some((root) => root?.name === type)
  }

  #leaf(types: readonly (readonly [string | null, GraphQLOutputType])[], name: string, { thing, field, isKey, seed }: At): unknown {
    const number = hash(seed)
    if (name === 'Int' || name === 'Float') return isKey ? this.#keyNumber(thing) : number % 1_000
    if (name === 'Boolean') return number % 2 === 0
    const enums = types.map(([, type]) => type as GraphQLEnumType).filter(isEnumType)
    if (enums.length > 0) {
      const [first, ...others] = enums.map((each) => each.getValues().map((value) => value.name))
      const shared = (first ?? []).filter((value) => others.every((other) => other.includes(value)))
      return shared[number % shared.length] ?? null
    }
    return isKey ? `${field}:${nameOf(thing)}` : `${field} ${number % 1_000}`
  }

  #possible(subgraph: string | null, name: string): readonly string[] {
    const schema = subgraph === null ? this.schema : this.#subgraphs.get(subgraph)
    const type = schema?.getType(name)
    const own = isAbstractType(type) ? (schema?.getPossibleTypes(type).map((each) => each.name) ?? []) : [name]
    const concrete = own.flatMap((each) => {
      const whole = this.schema.getType(each)
      return isAbstractType(whole) ? this.schema.getPossibleTypes(whole).map((inner) => inner.name) : [each]
    })
    return [...new Set(concrete)].filter((each) => isObjectType(this.schema.getType(each)))
  }
}

/** `T-2`; of what is part of a key, the name of the one whose key it is. */
const nameOf = ({ type, id }: Thing): string => (id.includes('-') ? id : `${type}-${id}`)

const readLeaf = (leaf: string): Thing => {
  const [type = '', id = ''] = (leaf.split(':')[1] ?? '').split('-')
  return { type, id }
}

type Known = {
  readonly schema: GraphQLSchema
  readonly shown: GraphQLSchema
  readonly subgraphs: ReadonlyMap<string, GraphQLSchema>
  readonly joins: Joins
}
type At = { readonly thing: Thing; readonly field: string; readonly isKey: boolean; readonly seed: string }

const literal = (value: ValueNode): unknown => {
  if (value.kind === Kind.INT || value.kind === Kind.FLOAT) return Number(value.value)
  if (value.kind === Kind.LIST) return value.values.map(literal)
  if (value.kind === Kind.OBJECT) return Object.fromEntries(value.fields.map((field) => [field.name.value, literal(field.value)]))
  return 'value' in value ? value.value : null
}

/** Applies to each object of nested lists. */
export const mapThings = (value: unknown, change: (thing: Thing) => unknown): unknown => {
  if (Array.isArray(value)) return value.map((item) => mapThings(item, change))
  return value === null ? null : change(value as Thing)
}
