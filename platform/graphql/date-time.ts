import { GraphQLError, GraphQLScalarType, Kind } from 'graphql'

const parse = (value: unknown): Date => {
  const date = typeof value === 'string' ? new Date(value) : undefined
  if (date === undefined || Number.isNaN(date.getTime()))
    throw new GraphQLError('A DateTime is an instant in ISO 8601, such as 2026-11-21T08:00:00Z')
  return date
}

/** An instant: a `Date` inside, ISO 8601 in UTC outside. */
export const dateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  serialize: (value) => (value instanceof Date ? value : parse(value)).toISOString(),
  parseValue: parse,
  parseLiteral: (node) => parse(node.kind === Kind.STRING ? node.value : undefined),
})
