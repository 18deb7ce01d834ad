import { type DocumentNode, type FragmentDefinitionNode, GraphQLError, Kind, type SelectionNode, type SelectionSetNode } from 'graphql'

export type Fragments = ReadonlyMap<string, FragmentDefinitionNode>

/** The fragments of a document by their names. */
export const fragmentsOf = ({ definitions }: DocumentNode): Fragments =>
  new Map(definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION).map((node) => [node.name.value, node]))
/** What stands below a place of an operation, fragments written out; sums stop at Infinity. */
export type Counts = {
  /** Fields of this very place. */
  readonly here: number
  readonly depth: number
  /** Levels below `__schema` or `__type`. */
  readonly metaDepth: number
  /** Fields, spreads and inline fragments. */
  readonly selections: number
  readonly aliases: number
  readonly directives: number
}

const none: Counts = { here: 0, depth: 0, metaDepth: 0, selections: 0, aliases: 0, directives: 0 }

export const isMetaField = (name: string): boolean => name === '__schema' || name === '__type'

/** Counts selections in time linear in the document: each fragment is counted once. Throws a GraphQLError for one that spreads itself. */
export const selectionCounter = (fragments: Fragments): ((set: SelectionSetNode) => Counts) => {
  const known = new Map<string, Counts>()
  const open = new Set<string>()
  const countFragment = (name: string): Counts => {
    const present = known.get(name)
    if (present !== undefined) return present
    const fragment = fragments.get(name)
    if (fragment === undefined) return none
    if (open.has(name)) throw spreadsItself(name)
    open.add(name)
    const counts = countSet(fragment.selectionSet)
    open.delete(name)
    known.set(name, counts)
    return counts
  }
  const countNode = (node: SelectionNode): Counts => {
    const directives = node.directives?.length ?? 0
    if (node.kind === Kind.FRAGMENT_SPREAD) return together(countFragment(node.name.value), { ...none, selections: 1, directives })
    if (node.kind === Kind.INLINE_FRAGMENT) return together(countSet(node.selectionSet), { ...none, selections: 1, directives })
    const below = node.selectionSet === undefined ? none : countSet(node.selectionSet)
    const isMeta = isMetaField(node.name.value)
    return {
      here: 1,
      depth: isMeta ? 1 : below.depth + 1,
      metaDepth: isMeta ? Math.max(below.depth, below.metaDepth) : below.metaDepth,
      selections: below.selections + 1,
      aliases: below.aliases + (node.alias === undefined ? 0 : 1),
      directives: below.directives + directives,
    }
  }
  const countSet = ({ selections }: SelectionSetNode): Counts => selections.reduce((sum, node) => together(sum, countNode(node)), none)
  return countSet
}

const together = (a: Counts, b: Counts): Counts => ({
  here: a.here + b.here,
  depth: Math.max(a.depth, b.depth),
  metaDepth: Math.max(a.metaDepth, b.metaDepth),
  selections: a.selections + b.selections,
  aliases: a.aliases + b.aliases,
  directives: a.directives + b.directives,
})

const spreadsItself = (name: string): GraphQLError =>
  new GraphQLError(`Cannot spread fragment "${name}" within itself.`, { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } })
