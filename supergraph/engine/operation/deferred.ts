import {
  type FieldNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  type InlineFragmentNode,
  isListType,
  isNonNullType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import type { EntityPath } from '../plan/planner.ts'
import { isIncluded } from '../project/selection.ts'
import type { ReadOperation, Variables } from './document.ts'
import type { StoredKey } from './stored-key.ts'

/** A fragment with `@defer`: the objects it is about, and what it asks of them. */
export type Deferred = {
  readonly label: string | undefined
  readonly path: EntityPath
  /** The client's names for the fields of `path`. */
  readonly keys: readonly string[]
  readonly type: GraphQLNamedType
  readonly set: SelectionSetNode
}
type Deps = { readonly schema: GraphQLSchema; readonly storedKey: StoredKey }

/**
 * An operation without its deferred fragments, and those. `keep` is the number of one that stays. A fragment that is deferred
 * inside another comes with that one.
 */
export const separate = (read: ReadOperation, variables: Variables, { keep, ...deps }: Deps & { readonly keep?: number }) => {
  const parts: Deferred[] = []
  const root = deps.schema.getRootType(read.operation.operation)
  if (!root) throw new TypeError('The schema has no such operation')
  const walk = new Walk({ ...deps, fragments: read.fragments, variables, keep, parts })
  const selectionSet = walk.without(read.operation.selectionSet, { type: root, path: [], keys: [] })
  return { read: { ...read, operation: { ...read.operation, selectionSet } }, parts }
}

type Walking = Deps & {
  readonly fragments: ReadOperation['fragments']
  readonly variables: Variables
  readonly keep: number | undefined
  readonly parts: Deferred[]
}
type At = Pick<Deferred, 'type' | 'path' | 'keys'>

class Walk {
  readonly #walking: Walking
  constructor(walking: Walking) {
    this.#walking = walking
  }

  without(set: SelectionSetNode, at: At): SelectionSetNode {
    return { ...set, selections: set.selections.flatMap((node) => this.#node(node, at)) }
  }

  #node(node: SelectionNode, at: At): readonly SelectionNode[] {
    if (!isIncluded(node, this.#walking.variables)) return []
    if (node.kind === Kind.FIELD) return [this.#field(node, at)]
    const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : this.#walking.fragments.get(node.name.value)
    return fragment === undefined ? [] : this.#fragment(node, fragment, at)
  }

  #field(node: FieldNode, { type, path, keys }: At): FieldNode {
    const output = 'getFields' in type ? (type.getFields()[node.name.value]?.type as GraphQLOutputType | undefined) : undefined
    if (node.selectionSet === undefined || output === undefined) return node
    const items = isList(output) ? [{ step: 'items' } as const] : []
    const below: EntityPath = [...path, { step: 'field', key: this.#walking.storedKey(node) }, ...items]
    const at = { type: getNamedType(output), path: below, keys: [...keys, node.alias?.value ?? node.name.value] }
    return { ...node, selectionSet: this.without(node.selectionSet, at) }
  }

  #fragment(
    node: InlineFragmentNode | FragmentSpreadNode,
    { typeCondition, selectionSet }: Pick<FragmentDefinitionNode | InlineFragmentNode, 'typeCondition' | 'selectionSet'>,
    at: At,
  ): readonly SelectionNode[] {
    const on = typeCondition?.name.value ?? at.type.name
    const type = this.#walking.schema.getType(on) ?? at.type
    const path: EntityPath = on === at.type.name ? at.path : [...at.path, { step: 'types', types: [on] }]
    const inline = { kind: Kind.INLINE_FRAGMENT, ...(typeCondition === undefined ? {} : { typeCondition }) } as const
    const defer = this.#deferOf(node)
    if (defer === undefined) return [{ ...inline, selectionSet: this.without(selectionSet, { ...at, type, path }) }]
    const number = this.#walking.parts.push({ label: defer.label, path, keys: at.keys, type, set: selectionSet }) - 1
    return number === this.#walking.keep ? [{ ...inline, selectionSet }] : []
  }

  /** https://github.com/graphql/defer-stream-wg: `@defer(if: Boolean! = true, label: String)`. */
  #deferOf({ directives = [] }: SelectionNode): Pick<Deferred, 'label'> | undefined {
    const defer = directives.find(({ name }) => name.value === 'defer')
    const argument = (name: string) => defer?.arguments?.find((each) => each.name.value === name)?.value
    const condition = argument('if')
    const isOff =
      condition?.kind === Kind.VARIABLE
        ? this.#walking.variables[condition.name.value] === false
        : condition?.kind === Kind.BOOLEAN && !condition.value
    if (defer === undefined || isOff) return undefined
    const label = argument('label')
    return { label: label?.kind === Kind.STRING ? label.value : undefined }
  }
}

const isList = (type: GraphQLOutputType): boolean => isListType(isNonNullType(type) ? type.ofType : type)
