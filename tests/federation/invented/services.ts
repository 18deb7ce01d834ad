import { isDeepStrictEqual } from 'node:util'
import { ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals'
import {
  buildASTSchema,
  type ExecutionResult,
  execute,
  type GraphQLAbstractType,
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  Kind,
  parse,
  type SelectionSetNode,
  validate,
} from 'graphql'
import type { AskSubgraph } from '../../../supergraph/engine/ask.ts'
import { publicSchema } from '../../../supergraph/engine/schema/public-schema.ts'
import { readSupergraph } from '../../../supergraph/engine/schema/supergraph-document.ts'
import { type Joins, readJoins } from './joins.ts'
import { type Arguments, mapThings, stable, type Thing, Values } from './values.ts'

type Representation = Readonly<Record<string, unknown>>
type Source = Thing & { readonly representation?: Representation; readonly parent?: Source | undefined }
type Resolve = GraphQLFieldResolver<Source | undefined, unknown, Arguments>

export type InventedGraph = {
  /** What the graph's users see. */
  readonly schema: GraphQLSchema
  /** Answers from the whole graph: what every gateway has to agree with. */
  readonly answer: (query: string, variables: Arguments) => Promise<ExecutionResult>
  /** One subgraph by name. It refuses what a real one would not understand or could not know. */
  readonly ask: (subgraph: string) => AskSubgraph<unknown>
}

/** Invents data for any supergraph, and serves it as a whole and by subgraphs. */
export const inventGraph = (supergraphSdl: string): InventedGraph => {
  const joins = readJoins(supergraphSdl)
  const supergraph = readSupergraph(supergraphSdl)
  const shown = publicSchema(supergraph)
  const schema = buildASTSchema(supergraph.document, { assumeValidSDL: true, assumeValid: true })
  const extracted = Supergraph.build(supergraphSdl, {
    supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES,
    validateSupergraph: false,
  }).subgraphs()
  const subgraphs = new Map([...extracted].map((subgraph) => [subgraph.name, subgraph.schema.toGraphQLJSSchema()]))
  const values = new Values({ schema, shown, subgraphs, joins })
  const whole: Resolve = (source, args, _context, info) => {
    const thing = source ?? root(values, info)
    const value = values.value(thing, info.fieldName, { ...args, ...contextOf(thing, info.fieldName, { values, joins }) })
    return isThings(value) ? mapThings(value, (inner) => ({ ...inner, parent: thing })) : value
  }
  const services = new Map(
    [...subgraphs].map(([name, own]) => [name, run(own, { resolve: subgraphResolver({ name, schema: own, values, joins }), values })]),
  )
  return {
    schema: shown,
    answer: run(shown, { resolve: whole, values }),
    ask:
      (name) =>
      async ({ query, variables }) => {
        const answer = services.get(name)
        const own = subgraphs.get(name)
        if (answer === undefined || own === undefined) throw new TypeError(`No subgraph ${name}`)
        const [invalid] = validate(own, parse(query))
        if (invalid !== undefined) throw new Error(`${name} was asked what it does not understand: ${invalid.message}\n${query}`)
        return JSON.parse(JSON.stringify(await answer(query, JSON.parse(variables) as Arguments))) as ExecutionResult
      },
  }
}

const isThings = (value: unknown): boolean => {
  const first = [value].flat(9).find((each) => each !== null)
  return typeof first === 'object'
}

/** What a field's arguments get from the nearest object above that has the context. */
const contextOf = (thing: Source, field: string, { values, joins }: Pick<Subgraph, 'values' | 'joins'>): Arguments =>
  Object.fromEntries(
    joins.contextArguments(thing.type, field).flatMap(({ name, types, set }) => {
      let above = thing.parent
      while (above !== undefined && !values.namesOf(above.type).some((each) => types.includes(each))) above = above.parent
      return above === undefined ? [] : [[name, leafIn(values.select(above, set))]]
    }),
  )

const leafIn = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? leafIn(Object.values(value)[0]) : value

const root = (values: Values, { operation }: GraphQLResolveInfo): Source => {
  const { schema } = values
  return { type: schema.getRootType(operation.operation)?.name ?? '', id: '0' }
}

type Subgraph = { readonly name: string; readonly schema: GraphQLSchema; readonly values: Values; readonly joins: Joins }

const subgraphResolver = (subgraph: Subgraph): Resolve => {
  const { name, values, joins } = subgraph
  return (source, args, _context, info) => {
    const { fieldName, parentType } = info
    if (fieldName === '_entities') return (args.representations as readonly Representation[]).map((each) => load(subgraph, each))
    const thing = source ?? root(values, info)
    const join = joins.field(name, parentType.name, fieldName)
    if (join?.requires) checkRequired(subgraph, { thing, requires: join.requires, field: fieldName })
    else if (join?.isExternal === true && !values.isKey(thing.type, fieldName) && !joins.isProvided(name, fieldName))
      throw new Error(`${name} was asked for ${parentType.name}.${fieldName}, which is external there`)
    return values.value(thing, fieldName, args)
  }
}

type Required = { readonly thing: Source; readonly requires: SelectionSetNode; readonly field: string }

/** A field with `@requires` needs what it requires, and gets just that. */
const checkRequired = ({ name, values, joins }: Subgraph, { thing, requires, field }: Required): void => {
  const given = thing.representation
  const wanted = values.select(thing, requires)
  if (given === undefined) {
    if (Object.keys(wanted).every((required) => joins.isProvided(name, required) || values.isKey(thing.type, required))) return
    throw new Error(`${name} was asked for ${thing.type}.${field} without what it requires`)
  }
  const got = only(given, wanted)
  for (const required of Object.keys(wanted))
    if (!isDeepStrictEqual(stable(got[required]), stable(wanted[required])) && !joins.isProvided(name, required))
      throw new Error(`${name} got ${JSON.stringify(got)} for ${thing.type}.${field}, which requires ${JSON.stringify(wanted)}`)
}

/** The part of a representation that has the same shape as what is wanted. */
const only = (given: Representation, wanted: Representation): Representation =>
  Object.fromEntries(Object.entries(wanted).map(([name, value]) => [name, alike(given[name], value)]))

const alike = (given: unknown, wanted: unknown): unknown => {
  if (Array.isArray(given) && Array.isArray(wanted)) return given.map((item, index) => alike(item, wanted[index]))
  if (typeof given !== 'object' || given === null || typeof wanted !== 'object' || wanted === null) return given
  return only(given as Representation, wanted as Representation)
}

/** The object that a representation stands for. Throws when no key of the subgraph is there in full. */
const load = ({ name, values, joins }: Subgraph, representation: Representation): Source => {
  const asked = String(representation.__typename)
  const sets = joins.type(name, asked)?.keys ?? []
  for (const set of sets) {
    const leaf = leafOf(representation, set)
    const thing = leaf === undefined ? undefined : values.find(asked, leaf)
    if (thing === undefined) continue
    const key = values.select(thing, set)
    if (isDeepStrictEqual(stable(only(representation, key)), stable(key))) return { ...thing, representation }
  }
  throw new Error(`${name} cannot find ${JSON.stringify(representation)}`)
}

/** The first leaf of a key that a representation has. */
const leafOf = (representation: Representation, { selections }: SelectionSetNode): unknown => {
  for (const node of selections) {
    if (node.kind !== Kind.FIELD || node.name.value === '__typename') continue
    const value = [representation[node.name.value]].flat()[0]
    const leaf = node.selectionSet === undefined ? value : leafOf((value ?? {}) as Representation, node.selectionSet)
    if (typeof leaf === 'string' ? leaf.includes(':') : typeof leaf === 'number') return leaf
  }
  return undefined
}

/** The name that a schema has for an object where it may be one of several. */
const nameIn = (schema: GraphQLSchema, values: Values, { type }: Thing, abstract: GraphQLAbstractType): string => {
  const possible = schema.getPossibleTypes(abstract).map(({ name }) => name)
  return values.namesOf(type).find((name) => possible.includes(name)) ?? type
}

const run =
  (schema: GraphQLSchema, { resolve, values }: { readonly resolve: Resolve; readonly values: Values }) =>
  async (query: string, variableValues: Arguments): Promise<ExecutionResult> =>
    execute({
      schema,
      document: parse(query),
      variableValues,
      fieldResolver: resolve as GraphQLFieldResolver<unknown, unknown>,
      typeResolver: (source, _context, _info, abstract) => nameIn(schema, values, source as Thing, abstract),
    })
