import {
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  type InlineFragmentNode,
  isListType,
  isNonNullType,
  Kind,
  type SelectionSetNode,
} from 'graphql'
import { type Fragments, isMetaField } from '#platform/graphql/limits/counts.ts'
import { fieldNamed } from '#platform/graphql/limits/field-named.ts'
import { askedSizeOf, type ListSizes, type Size } from '#platform/graphql/limits/list-size.ts'
import type { MetaSizes } from '#platform/graphql/limits/meta-sizes.ts'

type Variables = Readonly<Record<string, unknown>>
/** Values that a selection is expected to have: of data, and of the schema itself (introspection). */
export type CostSum = { data: number; meta: number }
/** A cost, with parts that depend on variables. */
export type Cost = { readonly data: number; readonly meta: number; readonly open: readonly OpenCost[] }
type OpenCost = { readonly size: (variables: Variables) => number; readonly below: Cost }

export type Costing = {
  readonly schema: GraphQLSchema
  readonly fragments: Fragments
  /** Defaults of the operation's variables. */
  readonly defaults: Variables
  readonly listSizes: ListSizes
  readonly listSize: number
  readonly metaSizes: MetaSizes
}
/** Where a selection stands: inside of introspection or not, and what a field above has told of the lists right below it. */
type Scope = {
  readonly meta: 'no' | 'each' | 'one'
  readonly sized?: ReadonlyMap<string, Size> | undefined
  readonly anyList?: Size | undefined
}

/** Works out what an operation costs, in time linear in the document. Names that the schema does not have cost 1. */
export const compileCost = (set: SelectionSetNode, root: GraphQLNamedType | undefined, costing: Costing): Cost =>
  new Compiler(costing).ofSet(set, root, { meta: 'no' })

class Compiler {
  readonly #costing: Costing
  readonly #known = new Map<string, Cost>()
  constructor(costing: Costing) {
    this.#costing = costing
  }

  ofSet({ selections }: SelectionSetNode, type: GraphQLNamedType | undefined, scope: Scope): Cost {
    return sumOf(
      selections.map((node) => {
        if (node.kind === Kind.FIELD) return scope.meta === 'no' ? this.#ofField(node, type, scope) : this.#ofMeta(node, type, scope)
        if (node.kind === Kind.FRAGMENT_SPREAD) return this.#ofSpread(node.name.value, type, scope)
        return this.ofSet(node.selectionSet, this.#typeOn(node, type), scope)
      }),
    )
  }

  #typeOn({ typeCondition }: Pick<InlineFragmentNode, 'typeCondition'>, type: GraphQLNamedType | undefined): GraphQLNamedType | undefined {
    return typeCondition === undefined ? type : this.#costing.schema.getType(typeCondition.name.value)
  }

  /** NOTE: what stands where a field above has told sizes is not the same as elsewhere, so it is not remembered. */
  #ofSpread(name: string, type: GraphQLNamedType | undefined, scope: Scope): Cost {
    const fragment = this.#costing.fragments.get(name)
    if (fragment === undefined) return free
    const isSized = scope.sized !== undefined || scope.anyList !== undefined
    const key = `${name} ${scope.meta}`
    const known = isSized ? undefined : this.#known.get(key)
    if (known !== undefined) return known
    const made = this.ofSet(fragment.selectionSet, this.#typeOn(fragment, type), scope)
    if (!isSized) this.#known.set(key, made)
    return made
  }

  #ofField(node: FieldNode, parent: GraphQLNamedType | undefined, scope: Scope): Cost {
    if (isMetaField(node.name.value)) return this.#ofMeta(node, parent, scope)
    const { schema, listSizes, listSize, defaults } = this.#costing
    const field = fieldNamed(schema, parent, node.name.value)
    if (node.selectionSet === undefined || field === undefined) return oneValue
    const type = getNamedType(field.type)
    const declared = listSizes.get(`${parent?.name}.${node.name.value}`)
    const asked = askedSizeOf(node, field, { declared, defaults, otherwise: listSize })
    if (declared !== undefined && declared.sizedFields.length > 0) {
      const sized = new Map(declared.sizedFields.map((name) => [name, asked ?? listSize]))
      return sumOf([oneValue, this.ofSet(node.selectionSet, type, { meta: 'no', sized })])
    }
    if (!isList(field.type)) return sumOf([oneValue, this.ofSet(node.selectionSet, type, { meta: 'no', anyList: asked })])
    const items = scope.sized?.get(node.name.value) ?? asked ?? scope.anyList ?? listSize
    return sumOf([oneValue, times(items, this.ofSet(node.selectionSet, type, { meta: 'no' }))])
  }

  #ofMeta(node: FieldNode, parent: GraphQLNamedType | undefined, scope: Scope): Cost {
    const { schema, metaSizes } = this.#costing
    const field = fieldNamed(schema, parent, node.name.value)
    if (node.selectionSet === undefined || field === undefined) return oneMeta
    const items = isList(field.type) ? metaSizes(parent?.name ?? '', node.name.value, scope.meta === 'each' ? 'each' : 'one') : 1
    const meta = parent?.name === '__Schema' && node.name.value === 'types' ? 'each' : 'one'
    return sumOf([oneMeta, times(items, this.ofSet(node.selectionSet, getNamedType(field.type), { meta }))])
  }
}

/** What an operation costs with these variables. */
export const costWith = (cost: Cost, variables: Variables): CostSum => {
  const sum: CostSum = { data: 0, meta: 0 }
  addTo(sum, cost, { factor: 1, variables })
  return sum
}

const addTo = (
  sum: CostSum,
  { data, meta, open }: Cost,
  { factor, variables }: { readonly factor: number; readonly variables: Variables },
): void => {
  sum.data += data * factor
  sum.meta += meta * factor
  for (const { size, below } of open) addTo(sum, below, { factor: factor * size(variables), variables })
}

const free: Cost = { data: 0, meta: 0, open: [] }
const oneValue: Cost = { ...free, data: 1 }
const oneMeta: Cost = { ...free, meta: 1 }

const sumOf = (costs: readonly Cost[]): Cost => ({
  data: costs.reduce((sum, { data }) => sum + data, 0),
  meta: costs.reduce((sum, { meta }) => sum + meta, 0),
  open: costs.flatMap(({ open }) => open),
})

const times = (size: Size, below: Cost): Cost => {
  if (typeof size === 'function') return { ...free, open: [{ size, below }] }
  return {
    data: size * below.data,
    meta: size * below.meta,
    open: below.open.map((each) => ({ ...each, size: (variables) => size * each.size(variables) })),
  }
}

const isList = (type: GraphQLOutputType): boolean => (isNonNullType(type) ? isList(type.ofType) : isListType(type))
