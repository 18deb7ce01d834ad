import { buildSubgraphSchema } from '@apollo/subgraph'
import { buildSchema, type ExecutionResult, execute, type GraphQLFieldResolver, type GraphQLSchema, parse, validate } from 'graphql'
import type { AskSubgraph } from '../../supergraph/engine/ask.ts'
import { type Field, innermost, type Model } from './model.ts'
import { subgraphSdl, wholeSdl } from './sdl.ts'
import { codeOf, computed, fieldValue, idOfCode, requiredValues, type Source, typeOfId } from './values.ts'

type Arguments = { readonly x?: number }
type Resolve = GraphQLFieldResolver<Source | undefined, unknown, Arguments>

const fieldsOf = (model: Model, type: string): readonly Field[] => {
  if (type === 'Query') return model.queries
  if (type === 'V') return model.valueFields
  if (type === 'Thing') return model.things?.fields ?? []
  const own = model.entities.find(({ name }) => name === type)?.fields ?? []
  return model.things?.members.includes(type) ? [...own, ...model.things.fields] : own
}

const key = (source: Source | undefined, name: string): unknown =>
  name === 'id' ? source?.id : name === 'code' && source !== undefined ? codeOf(source.id) : undefined

/** Answers from the whole graph: what every gateway has to agree with. */
export const wholeService = (model: Model) => {
  const schema = buildSchema(wholeSdl(model))
  const resolve: Resolve = (source, { x }, _context, { fieldName, parentType }) => {
    if (parentType.name !== 'V' && key(source, fieldName) !== undefined) return key(source, fieldName)
    const fields = fieldsOf(model, parentType.name)
    const field = fields.find(({ name }) => name === fieldName)
    if (field === undefined) throw new TypeError(`No field ${parentType.name}.${fieldName}`)
    const id = source?.id ?? 'root'
    if (field.requires !== undefined) return computed(field, requiredValues(model, fields, field.requires, id), x)
    return fieldValue(model, field, { id, x })
  }
  return { schema, answer: run(schema, resolve) }
}

/** One subgraph; it validates what it is asked, as real ones do. */
export const subgraphService = (model: Model, subgraph: string) => {
  const text = subgraphSdl(model, subgraph)
  const isObject = subgraph === model.things?.objectIn
  const entities = Object.fromEntries(
    [...model.entities.map(({ name }) => name), 'Thing']
      .filter((name) => new RegExp(`^(type|interface) ${name}\\b.*@key`, 'm').test(text))
      .map((name) => [name, { __resolveReference: (representation: Record<string, string>) => load(name, representation, isObject) }]),
  )
  const schema = buildSubgraphSchema([{ typeDefs: parse(text), resolvers: entities }])
  const resolve: Resolve = (source, { x }, _context, { fieldName, parentType }) => {
    if (parentType.name !== 'V' && key(source, fieldName) !== undefined) return key(source, fieldName)
    const field = fieldsOf(model, parentType.name).find(({ name }) => name === fieldName)
    if (field === undefined) throw new TypeError(`No field ${parentType.name}.${fieldName}`)
    if (field.overridden === subgraph) throw new Error('an overridden field was asked')
    const id = source?.id ?? 'root'
    if (field.requires !== undefined)
      return computed(field, { ...provided(model, { subgraph, field, type: parentType.name, id }), ...source?.representation }, x)
    const value = fieldValue(model, field, { id, x })
    return isObject && innermost(field.type) === 'Thing' ? asThings(value) : value
  }
  const federated: Resolve = (source, args, context, info) => {
    const { fieldName, parentType } = info
    const own = parentType.getFields()[fieldName]?.resolve
    if (fieldName.startsWith('_') && own !== undefined) return own(source, args, context, info)
    return resolve(source, args, context, info)
  }
  const answer = run(schema, federated)
  const ask: AskSubgraph<unknown> = async ({ query, variables }) => {
    const document = parse(query)
    const invalid = validate(schema, document)
    if (invalid.length > 0) throw new Error(`${subgraph} was asked what it does not understand: ${invalid[0]?.message}\n${query}`)
    return JSON.parse(JSON.stringify(await answer(query, JSON.parse(variables) as Record<string, unknown>))) as ExecutionResult
  }
  return { name: subgraph, text, ask }
}

type Requiring = { readonly subgraph: string; readonly field: Field; readonly type: string; readonly id: string }

/** On a path that `@provides` a required field, the subgraph knows its value without being sent it. */
const provided = (model: Model, { subgraph, field, type, id }: Requiring): Readonly<Record<string, unknown>> => {
  const links = [...model.queries, ...model.entities.flatMap(({ fields }) => fields)].filter(
    (link) => link.owners.includes(subgraph) && innermost(link.type) === type,
  )
  const known = (field.requires ?? []).filter(({ name }) => links.some((link) => link.provides === name))
  return requiredValues(model, fieldsOf(model, type), known, id)
}

const load = (name: string, representation: Readonly<Record<string, string>>, isObject: boolean): Source | null => {
  const id = representation.id ?? idOfCode(representation.code ?? '')
  if (representation.code !== undefined && representation.code !== codeOf(id)) return null
  if (name === 'Thing') return { __typename: isObject ? name : typeOfId(id), id, representation }
  return typeOfId(id) === name ? { __typename: name, id, representation } : null
}

/** A subgraph with an `@interfaceObject` knows no types behind the interface. */
const asThings = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(asThings)
  return value === null ? null : { ...(value as Source), __typename: 'Thing' }
}

const run =
  (schema: GraphQLSchema, fieldResolver: Resolve) =>
  async (query: string, variableValues: Readonly<Record<string, unknown>>): Promise<ExecutionResult> =>
    execute({ schema, document: parse(query), variableValues, fieldResolver: fieldResolver as GraphQLFieldResolver<unknown, unknown> })
