import {
  type FieldNode,
  type GraphQLArgument,
  type GraphQLField,
  getNamedType,
  isListType,
  isNonNullType,
  Kind,
  type ValueNode,
} from 'graphql'

/** What `@listSize` says of a field: https://ibm.github.io/graphql-specs/cost-spec.html#sec-The-List-Size-Directive */
export type ListSize = {
  readonly assumed: number | undefined
  readonly slicing: readonly string[]
  readonly sizedFields: readonly string[]
}
export type ListSizes = ReadonlyMap<string, ListSize>

type Variables = Readonly<Record<string, unknown>>
/** The size of a list: a number, or one that depends on variables. */
export type Size = number | ((variables: Variables) => number)

const slicingNames = new Set(['first', 'last', 'limit', 'take', 'pageSize'])
/** What a negative size counts: nobody knows what a service makes of it, and many give all they have. */
const negativeSize = 1_000
const sizeMax = 1e9

/** How many items a value asks for; `otherwise` when it asks for no particular number. */
export const askedSize = (value: unknown, otherwise: number): number => {
  if (typeof value !== 'number' || Number.isNaN(value)) return otherwise
  if (value < 0) return Math.max(otherwise, negativeSize)
  return value < 1 ? otherwise : Math.min(sizeMax, value)
}

export type Sized = { readonly declared: ListSize | undefined; readonly defaults: Variables; readonly otherwise: number }

/** The size that a field's arguments ask for; undefined when none of them is about sizes. */
export const askedSizeOf = (
  node: FieldNode,
  field: GraphQLField<unknown, unknown>,
  { declared, defaults, otherwise }: Sized,
): Size | undefined => {
  const fallback = declared?.assumed ?? otherwise
  const sizes = field.args.flatMap((argument): readonly Size[] => {
    const given = node.arguments?.find(({ name }) => name.value === argument.name)?.value
    const isSlicing = declared === undefined ? slicingNames.has(argument.name) : declared.slicing.includes(argument.name)
    if (isSlicing)
      return given === undefined && argument.defaultValue === undefined
        ? []
        : [sizeOfValue(given, argument, { defaults, otherwise: fallback })]
    return given !== undefined && listsKeys(argument) ? [lengthOf(given)] : []
  })
  if (sizes.length === 0) return declared?.assumed
  const fixed = sizes.filter((size) => typeof size === 'number')
  const open = sizes.filter((size) => typeof size === 'function')
  if (open.length === 0) return Math.max(...fixed)
  return (variables) => Math.max(...fixed, ...open.map((size) => size(variables)))
}

const sizeOfValue = (given: ValueNode | undefined, argument: GraphQLArgument, { defaults, otherwise }: Omit<Sized, 'declared'>): Size => {
  const unsaid = argument.defaultValue
  if (given === undefined) return askedSize(unsaid, otherwise)
  if (given.kind !== Kind.VARIABLE) return askedSize(given.kind === Kind.INT ? Number(given.value) : undefined, otherwise)
  const name = given.name.value
  return (variables) => askedSize(Object.hasOwn(variables, name) ? variables[name] : (defaults[name] ?? unsaid), otherwise)
}

/** Whether an argument names the objects that are wanted, one by one. */
const listsKeys = ({ type }: GraphQLArgument): boolean => {
  const list = isNonNullType(type) ? type.ofType : type
  return isListType(list) && ['ID', '_Any'].includes(getNamedType(list).name)
}

const lengthOf = (given: ValueNode): Size => {
  if (given.kind === Kind.LIST) return given.values.length
  if (given.kind !== Kind.VARIABLE) return 1
  const name = given.name.value
  return (variables) => {
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined
    return Array.isArray(value) ? value.length : 1
  }
}
