import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  Kind,
  type SelectionSetNode,
  typeFromAST,
} from 'graphql'
export type FieldPlan = {
  /** What the client calls it. */
  readonly key: string
  /** Where its value stands. */
  readonly stored: string
  readonly name: string
  readonly parent: string
  /** The value of `__typename` where the type is certain. */
  readonly constant: string | undefined
  /** Absent for `__typename` and for introspection fields, whose values are ready as they are. */
  readonly type: GraphQLOutputType | undefined
  readonly isDenied: boolean
  /** Absent for leaves. */
  readonly selection: Selection | undefined
}

/** What one operation asks, with the values of its `@skip` and `@include` variables decided. */
export type Asking = {
  readonly schema: GraphQLSchema
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  readonly conditions: Readonly<Record<string, unknown>>
  /** The key under which the value of a field stands that these nodes ask together. */
  readonly keyOf: (nodes: readonly FieldNode[]) => string
  /** Fields that the caller may not read. */
  readonly isDenied: (type: string, field: string) => boolean
  /** Whether a value of this abstract type can be of one that users do not see. */
  readonly hasHidden: (name: string) => boolean
}

/** The fields asked of a value, found per type that is met: https://spec.graphql.org/October2021/#CollectFields(). */
export class Selection {
  readonly type: GraphQLNamedType
  readonly #sets: readonly SelectionSetNode[]
  readonly #asking: Asking
  readonly #known = new Map<string, readonly FieldPlan[]>()
  constructor(type: GraphQLNamedType, sets: readonly SelectionSetNode[], asking: Asking) {
    this.type = type
    this.#sets = sets
    this.#asking = asking
  }

  /**
   * The name of the type whose fields a value has; undefined when it is none that can be shown here. A value that only
   * says which interface it has (from an `@interfaceObject`) has that interface's fields, if nothing else is asked.
   */
  typeNameOf(typename: unknown): string | undefined {
    if (isObjectType(this.type)) return this.type.name
    const found = typeof typename === 'string' ? this.#asking.schema.getType(typename) : undefined
    if (typename === undefined || found === this.type)
      return this.#dependsOnType || this.#asking.hasHidden(this.type.name) ? undefined : this.type.name
    return isAbstractType(this.type) && isCompositeType(found) && this.#asking.schema.isSubType(this.type, found as GraphQLObjectType)
      ? found.name
      : undefined
  }

  /** Whether different types of value have different fields here. */
  get #dependsOnType(): boolean {
    if (!isAbstractType(this.type)) return false
    const own = this.fieldsOf(this.type.name)
    const keys = own.map(({ key }) => key).join()
    const types = this.#asking.schema.getPossibleTypes(this.type)
    return (
      own.some(({ name }) => name === '__typename') ||
      types.some(
        ({ name }) =>
          this.fieldsOf(name)
            .map(({ key }) => key)
            .join() !== keys,
      )
    )
  }

  fieldsOf(typeName: string): readonly FieldPlan[] {
    const known = this.#known.get(typeName)
    if (known !== undefined) return known
    const fields = this.#collect(typeName)
    this.#known.set(typeName, fields)
    return fields
  }

  /** What is asked under a key, of whatever type. */
  fieldsOfAny(stored: string): readonly FieldPlan[] {
    const { schema } = this.#asking
    const types = isAbstractType(this.type) ? schema.getPossibleTypes(this.type) : [this.type]
    return types.flatMap(({ name }) => this.fieldsOf(name).filter((field) => field.stored === stored))
  }

  #collect(typeName: string): readonly FieldPlan[] {
    const type = this.#asking.schema.getType(typeName) ?? this.type
    const nodes = new Map<string, FieldNode[]>()
    for (const set of this.#sets) gather(set, { type, nodes, asking: this.#asking, visited: new Set() })
    return [...nodes].flatMap(([key, same]) => {
      const plan = this.#plan(type, key, same)
      return plan === undefined ? [] : [plan]
    })
  }

  #plan(parent: GraphQLNamedType, key: string, nodes: readonly FieldNode[]): FieldPlan | undefined {
    const name = nodes[0]?.name.value ?? ''
    const constant = name === '__typename' && isObjectType(parent) ? parent.name : undefined
    const stored = this.#asking.keyOf(nodes)
    const common = { key, stored, name, parent: parent.name, constant, isDenied: this.#asking.isDenied(parent.name, name) }
    if (name.startsWith('__')) return { ...common, type: undefined, selection: undefined }
    const type = 'getFields' in parent ? (parent.getFields()[name]?.type as GraphQLOutputType | undefined) : undefined
    if (type === undefined) return undefined
    const named = getNamedType(type)
    const sets = nodes.flatMap(({ selectionSet }) => (selectionSet === undefined ? [] : [selectionSet]))
    return { ...common, type, selection: isCompositeType(named) ? new Selection(named, sets, this.#asking) : undefined }
  }
}

type Gathering = {
  readonly type: GraphQLNamedType
  readonly nodes: Map<string, FieldNode[]>
  readonly asking: Asking
  readonly visited: Set<string>
}

const gather = (set: SelectionSetNode, gathering: Gathering): void => {
  const { nodes, asking, visited } = gathering
  for (const node of set.selections) {
    if (!isIncluded(node, asking.conditions)) continue
    if (node.kind === Kind.FIELD) {
      const key = node.alias?.value ?? node.name.value
      const same = nodes.get(key)
      if (same === undefined) nodes.set(key, [node])
      else same.push(node)
    } else if (node.kind === Kind.INLINE_FRAGMENT) {
      if (applies(node.typeCondition, gathering)) gather(node.selectionSet, gathering)
    } else if (!visited.has(node.name.value)) {
      visited.add(node.name.value)
      const fragment = asking.fragments.get(node.name.value)
      if (fragment !== undefined && applies(fragment.typeCondition, gathering)) gather(fragment.selectionSet, gathering)
    }
  }
}

const applies = (condition: FragmentDefinitionNode['typeCondition'] | undefined, { type, asking }: Gathering): boolean => {
  if (condition === undefined || condition.name.value === type.name) return true
  const wanted = typeFromAST(asking.schema, condition)
  return isAbstractType(wanted) && asking.schema.isSubType(wanted, type as GraphQLObjectType)
}

/** `@skip` wins over `@include`: https://spec.graphql.org/October2021/#sec--include */
export const isIncluded = ({ directives = [] }: Pick<FieldNode, 'directives'>, conditions: Asking['conditions']): boolean =>
  directives.every(({ name, arguments: given = [] }) => {
    if (name.value !== 'skip' && name.value !== 'include') return true
    const value = given[0]?.value
    const on = value?.kind === Kind.VARIABLE ? conditions[value.name.value] === true : value?.kind === Kind.BOOLEAN && value.value
    return name.value === 'skip' ? !on : on
  })
