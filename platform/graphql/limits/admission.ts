import { GraphQLError, type GraphQLSchema } from 'graphql'
import { LRUCache } from 'lru-cache'
import type { GraphqlAnswer, GraphqlError, GraphqlRequest } from '#platform/graphql/execute.ts'
import { createLimiter, type MeasuredDocument } from '#platform/graphql/limits/limiter.ts'
import type { QueryLimits } from '#platform/graphql/limits/limits.ts'

/** The answer to a request that is over a limit, or whose texts cannot be stored; undefined for one that may go on. */
export type AdmitRequest = (request: GraphqlRequest) => GraphqlAnswer | undefined

const bytesMax = 4 * 1024 * 1024
const bytesOf = (text: string): number => 2_000 + 2 * text.length

/** The limiter before a server that parses and validates by itself. What a document measures is remembered by its text. */
export const admission = (schema: GraphQLSchema, limits: QueryLimits): AdmitRequest => {
  const limiter = createLimiter({ schema, limits })
  const cache = new LRUCache<string, Pick<MeasuredDocument, 'admit'>>({ maxSize: bytesMax, sizeCalculation: (_known, key) => bytesOf(key) })
  const find = (text: string, name: string | undefined): Pick<MeasuredDocument, 'admit'> => {
    const key = name === undefined ? text : `${name}\0${text}`
    const present = cache.get(key)
    if (present !== undefined) return present
    const { admit } = limiter(text, name)
    cache.set(key, { admit })
    return { admit }
  }
  return ({ query, variables, operationName }) => {
    try {
      find(query, operationName).admit(variables)
      return undefined
    } catch (error) {
      if (error instanceof GraphQLError) return { errors: [error.toJSON() as GraphqlError] }
      throw error
    }
  }
}
