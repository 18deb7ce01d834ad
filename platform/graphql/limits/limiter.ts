import {
  type DocumentNode,
  type GraphQLError,
  type GraphQLSchema,
  getIntrospectionQuery,
  Kind,
  type OperationDefinitionNode,
  valueFromASTUntyped,
} from 'graphql'
import { type Cost, type Costing, compileCost, costWith } from '#platform/graphql/limits/cost.ts'
import { type Counts, type Fragments, fragmentsOf, selectionCounter } from '#platform/graphql/limits/counts.ts'
import { defaultLimits, type QueryLimits, refusal } from '#platform/graphql/limits/limits.ts'
import type { ListSizes } from '#platform/graphql/limits/list-size.ts'
import { metaSizesOf } from '#platform/graphql/limits/meta-sizes.ts'
import { overlapOf } from '#platform/graphql/limits/overlap.ts'
import { parseDocument } from '#platform/graphql/limits/parse-document.ts'
import { faultOfDocument, faultOfValue } from '#platform/graphql/limits/plain-text.ts'

type Variables = Readonly<Record<string, unknown>>
/** A document within the limits that do not depend on variables. */
export type MeasuredDocument = {
  readonly document: DocumentNode
  /** Throws QUERY_TOO_COSTLY for what the operation costs with these variables, INPUT_INVALID for texts that cannot be stored. */
  readonly admit: (variables: Variables | undefined) => void
}
/** Parses and measures, in time linear in the text. To be called before validation. Throws GraphQLErrors with a code. */
export type Limiter = (text: string, operationName: string | undefined) => MeasuredDocument
export type LimiterOptions = {
  readonly schema: GraphQLSchema
  readonly limits?: QueryLimits
  readonly listSizes?: ListSizes
  /** Whether texts may hold what PostgreSQL cannot store; they may where other services are behind. */
  readonly anyText?: boolean
}

const definitionsMax = 500
const overlapMax = 20_000
/** Levels below `__schema`: the standard query has up to 13, with nine `ofType` in a row. */
const metaDepthMax = 20
/** How much more than the whole schema an introspection may ask for. */
const metaShare = 2

/** One limiter for all ways in: HTTP, batches, streams, WebSockets, `/explain`. */
export const createLimiter = ({ schema, limits = defaultLimits, listSizes = new Map(), anyText = false }: LimiterOptions): Limiter => {
  const base = { schema, listSizes, listSize: limits.listSize, metaSizes: metaSizesOf(schema) }
  const metaMax = metaShare * costOfWholeSchema(base)
  return (text, operationName) => {
    const document = parseDocument(text, limits.tokensMax)
    const fault = anyText ? undefined : faultOfDocument(document)
    if (fault !== undefined) throw fault
    const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION)
    const fragments = checkShapes(document, operations, limits)
    const operation = operations.length === 1 ? operations[0] : operations.find(({ name }) => name?.value === operationName)
    const cost = operation && costOf(operation, { ...base, fragments })
    return {
      document,
      admit: (variables = {}) => {
        const wrong = anyText ? undefined : faultOfValue('variables', variables)
        if (wrong !== undefined) throw wrong
        if (cost !== undefined) checkCost(cost, variables, { costMax: limits.costMax, metaMax })
      },
    }
  }
}

/** NOTE: a fragment that no operation spreads is refused by validation only after it has been compared with itself. */
const checkShapes = (document: DocumentNode, operations: readonly OperationDefinitionNode[], limits: QueryLimits): Fragments => {
  const { definitions } = document
  if (definitions.length > definitionsMax) throw tooLarge('definitions', definitions.length, definitionsMax)
  const fragments = fragmentsOf(document)
  const count = selectionCounter(fragments)
  const reached = new Set<string>()
  let selections = 0
  for (const node of [...operations, ...fragments.values()]) {
    if (node.kind === Kind.FRAGMENT_DEFINITION && reached.has(node.name.value)) continue
    const counts = count(node.selectionSet)
    selections += counts.selections
    if (selections > limits.selectionsMax) throw tooLarge('fields and fragments', selections, limits.selectionsMax)
    checkCounts(counts, node.directives?.length ?? 0, limits)
    const overlap = overlapOf(node.selectionSet, { fragments, reached, max: overlapMax })
    if (overlap > overlapMax) throw tooLarge('comparisons of fields with the same name', overlap, overlapMax)
  }
  return fragments
}

const checkCounts = ({ here, depth, metaDepth, aliases, directives }: Counts, own: number, limits: QueryLimits): void => {
  if (depth > limits.depthMax) throw refusal('QUERY_TOO_DEEP', { depth, max: limits.depthMax })
  if (metaDepth > metaDepthMax) throw refusal('QUERY_TOO_DEEP', { depth: metaDepth, max: metaDepthMax })
  if (aliases > limits.aliasesMax) throw refusal('QUERY_TOO_MANY_ALIASES', { aliases, max: limits.aliasesMax })
  if (here > limits.rootFieldsMax) throw tooLarge('fields at its root', here, limits.rootFieldsMax)
  if (directives + own > limits.directivesMax) throw tooLarge('directives', directives + own, limits.directivesMax)
}

const tooLarge = (what: string, count: number, max: number): GraphQLError => refusal('QUERY_TOO_LARGE', { what, count: finite(count), max })

type CostLimits = { readonly costMax: number; readonly metaMax: number }

const checkCost = (cost: Cost, variables: Variables, { costMax, metaMax }: CostLimits): void => {
  const { data, meta } = costWith(cost, variables)
  if (!(data <= costMax)) throw refusal('QUERY_TOO_COSTLY', { cost: finite(data), max: costMax })
  if (!(meta <= metaMax)) throw refusal('QUERY_TOO_COSTLY', { cost: finite(meta), max: metaMax })
}

/** JSON has no Infinity. */
const finite = (count: number): number => (count < Number.MAX_SAFE_INTEGER ? Math.ceil(count) : Number.MAX_SAFE_INTEGER)

const costOf = (operation: OperationDefinitionNode, costing: Omit<Costing, 'defaults'>): Cost => {
  const defaults = Object.fromEntries(
    (operation.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
      defaultValue === undefined ? [] : [[variable.name.value, valueFromASTUntyped(defaultValue)] as const],
    ),
  )
  const root = costing.schema.getRootType(operation.operation) ?? undefined
  return compileCost(operation.selectionSet, root, { ...costing, defaults })
}

/** What tools ask at their start, with all that they may ask. */
const costOfWholeSchema = (base: Omit<Costing, 'defaults' | 'fragments'>): number => {
  const text = getIntrospectionQuery({
    descriptions: true,
    specifiedByUrl: true,
    directiveIsRepeatable: true,
    schemaDescription: true,
    inputValueDeprecation: true,
    oneOf: true,
  })
  const document = parseDocument(text)
  const operation = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION)
  return operation === undefined ? 0 : costWith(costOf(operation, { ...base, fragments: fragmentsOf(document) }), {}).meta
}
