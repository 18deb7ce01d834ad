import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isObjectType,
  isRequiredArgument,
  isUnionType,
} from 'graphql'
import { hostileLists, hostileValues } from './values.ts'

/** One request that puts one hostile value into one place of an otherwise ordinary operation. */
export type Probe = { readonly place: string; readonly query: string; readonly variables: Readonly<Record<string, unknown>> }
type Inputs = readonly (GraphQLArgument | GraphQLInputField)[]

const ordinaryByName: Readonly<Record<string, unknown>> = {
  email: 'probe@example.org',
  password: 'long enough',
  sha256: 'a'.repeat(64),
  after: null,
  language: 'en',
  maturity: 6,
  maturityLimit: 6,
  year: 2020,
}

const ordinary = (name: string, type: GraphQLInputType): unknown => {
  if (Object.hasOwn(ordinaryByName, name)) return ordinaryByName[name]
  const nullable = getNullableType(type)
  if (isListType(nullable)) return [ordinary(name, nullable.ofType)]
  if (isEnumType(nullable)) return nullable.getValues()[0]?.name
  if (isInputObjectType(nullable)) return ordinaryValues(Object.values(nullable.getFields()))
  return { Int: 5, Float: 5, Boolean: true, ID: 't-0001', _Any: { __typename: 'Title', id: 't-0001' } }[nullable.name] ?? 'abc'
}
const ordinaryValues = (inputs: Inputs): Readonly<Record<string, unknown>> =>
  Object.fromEntries(inputs.map(({ name, type }) => [name, ordinary(name, type)]))

type Spoiled = { readonly place: string; readonly values: Readonly<Record<string, unknown>> }

/** The ordinary values with one of them, at any depth, replaced by each hostile value in turn. */
const spoiled = (inputs: Inputs): readonly Spoiled[] => {
  const base = ordinaryValues(inputs)
  return inputs.flatMap(({ name, type }) =>
    spoiledValues(name, type).map(({ place, value }) => ({ place: `${name}${place}`, values: { ...base, [name]: value } })),
  )
}

const spoiledValues = (name: string, type: GraphQLInputType): readonly { readonly place: string; readonly value: unknown }[] => {
  const nullable = getNullableType(type)
  const direct = (isListType(nullable) ? [...hostileValues, ...hostileLists] : hostileValues).map((value) => ({ place: '', value }))
  if (isListType(nullable)) return [...direct, ...hostileValues.map((value) => ({ place: '[0]', value: [value] }))]
  if (isInputObjectType(nullable))
    return [...direct, ...spoiled(Object.values(nullable.getFields())).map(({ place, values }) => ({ place: `.${place}`, value: values }))]
  if (String(nullable) === '_Any')
    return [
      ...direct,
      ...hostileValues.map((id) => ({ place: '.id', value: { __typename: name === 'representations' ? 'Title' : name, id } })),
    ]
  return direct
}

/** Everything a field gives, two levels deep, as far as it needs no arguments. */
const selection = (type: GraphQLOutputType, depth = 2): string => {
  const named = getNamedType(type)
  if (isLeafType(named)) return ''
  if (isUnionType(named))
    return `{ __typename ${named
      .getTypes()
      .map((each) => `... on ${each.name} ${selection(each, depth)}`)
      .join(' ')} }`
  if (!isObjectType(named) || depth === 0) return '{ __typename }'
  const fields = Object.values(named.getFields()).filter(({ args }) => !args.some(isRequiredArgument))
  return `{ __typename ${fields.map((field) => `${named.name}_${field.name}: ${field.name} ${selection(field.type, depth - 1)}`).join(' ')} }`
}

const call = ({ name, args, type }: GraphQLField<unknown, unknown>) => ({
  declared: args.map((arg) => `$${arg.name}: ${arg.type}`).join(', '),
  field: `${name}(${args.map((arg) => `${arg.name}: $${arg.name}`).join(', ')}) ${selection(type)}`,
})

const withArguments = (type: GraphQLObjectType | null | undefined) =>
  Object.values(type?.getFields() ?? {}).filter(({ args }) => args.length > 0)

/** A probe for each hostile value in each argument and input field of the schema's queries, mutations and entities. */
export const probesOf = (schema: GraphQLSchema): readonly Probe[] => {
  const roots = [
    ['query', schema.getQueryType()],
    ['mutation', schema.getMutationType()],
  ] as const
  const ofRoots = roots.flatMap(([operation, type]) =>
    withArguments(type).flatMap((field) => {
      const { declared, field: called } = call(field)
      return spoiled(field.args).map(({ place, values }) => ({
        place: `${field.name}.${place}`,
        query: `${operation} (${declared}) { ${called} }`,
        variables: values,
      }))
    }),
  )
  const entities = schema.getType('_Entity')
  const ofEntities = (isUnionType(entities) ? entities.getTypes() : []).flatMap((type) =>
    withArguments(type).flatMap((field) => {
      const { declared, field: called } = call(field)
      const query = `query (${declared}) { _entities(representations: [{ __typename: "${type.name}", id: "t-0001" }]) { ... on ${type.name} { ${called} } } }`
      return spoiled(field.args).map(({ place, values }) => ({ place: `${type.name}.${field.name}.${place}`, query, variables: values }))
    }),
  )
  return [...ofRoots, ...ofEntities]
}
