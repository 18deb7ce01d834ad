import { defaultFieldResolver, type GraphQLField, type GraphQLSchema, isObjectType } from 'graphql'
import { CinegraphError } from '#platform/errors/errors.ts'

const textMax = 10_000
const listMax = 10_000
const depthMax = 20

/**
 * Refuses argument values that no resolver of the schema can be asked to handle: text longer than 10,000 characters, lists of
 * more than 10,000 entries, values nested deeper than 20 levels. Tighter bounds belong to each kind of value:
 * `platform/contracts/fields.ts`; text that cannot be stored is refused with the request, by `limits/plain-text.ts`.
 */
export const guardArguments = (schema: GraphQLSchema): void => {
  const types = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) && !type.name.startsWith('__'))
  for (const type of types)
    if (isObjectType(type)) for (const field of Object.values(type.getFields())) if (field.args.length > 0) guardField(field)
}

/** What the gateway asks entities by: https://www.apollographql.com/docs/graphos/reference/federation/subgraph-spec#query_entities */
const checkRepresentations = (representations: unknown, schema: GraphQLSchema): void => {
  for (const each of Array.isArray(representations) ? representations : [representations]) {
    const named: unknown = typeof each === 'object' && each !== null && '__typename' in each ? each.__typename : undefined
    if (typeof named !== 'string' || !isObjectType(schema.getType(named)))
      throw new CinegraphError('INPUT_INVALID', { name: '`representations`', why: 'are objects that name a type of this schema' })
  }
}

const guardField = (field: GraphQLField<unknown, unknown>): void => {
  const { resolve = defaultFieldResolver, subscribe } = field
  field.resolve = (parent, args, context, info) => {
    checkArguments(args)
    if (field.name === '_entities') checkRepresentations(args.representations, info.schema)
    return resolve(parent, args, context, info)
  }
  if (subscribe === undefined) return
  field.subscribe = (parent, args, context, info) => {
    checkArguments(args)
    return subscribe(parent, args, context, info)
  }
}

const checkArguments = (args: Readonly<Record<string, unknown>>): void => {
  for (const [name, value] of Object.entries(args)) {
    const why = faultOf(value, depthMax)
    if (why !== undefined) throw new CinegraphError('INPUT_INVALID', { name: `\`${name}\``, why })
  }
}

const faultOf = (value: unknown, depth: number): string | undefined => {
  if (typeof value === 'string') return textFault(value)
  if (typeof value !== 'object' || value === null) return undefined
  if (depth === 0) return `is nested deeper than ${depthMax} levels`
  if (Array.isArray(value) && value.length > listMax) return `has at most ${listMax} entries`
  for (const [key, each] of Object.entries(value)) {
    const why = textFault(key) ?? faultOf(each, depth - 1)
    if (why !== undefined) return why
  }
  return undefined
}

const textFault = (value: string): string | undefined => (value.length > textMax ? `has at most ${textMax} characters` : undefined)
