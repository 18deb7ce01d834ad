import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  specifiedRules,
  validate,
  visit,
} from 'graphql'
import { compileQuery, isCompiledQuery } from 'graphql-jit'
import { LRUCache } from 'lru-cache'
import type { GraphqlRequest } from '#platform/graphql/execute.ts'
import { createLimiter, type MeasuredDocument } from '#platform/graphql/limits/limiter.ts'
import type { QueryLimits } from '#platform/graphql/limits/limits.ts'

type Run = (context: object, variables: Readonly<Record<string, unknown>>) => Promise<ExecutionResult> | ExecutionResult
type Known = MeasuredDocument & { run: Run; timesAsked: number; readonly isCompilable: boolean }
/** Carries requests out. Throws an AggregateError of GraphQLErrors with codes for a request that is refused before. */
export type ExecuteCompiled = (request: GraphqlRequest, context: object) => Promise<ExecutionResult>

const bytesMax = 8 * 1024 * 1024
const errorsMax = 20
/** Estimated: what an operation holds, parsed, checked and compiled, over the length of its text. */
const bytesOf = (text: string): number => 6_000 + 120 * text.length
const compiledAt = 2

/**
 * Operations on a schema of this process: measured before they are validated, compiled when they are asked a second time,
 * kept by text and name in bounded memory. One compiled form stands for one operation name.
 */
export const compiledOperations = (schema: GraphQLSchema, limits: QueryLimits): ExecuteCompiled => {
  const limiter = createLimiter({ schema, limits })
  const cache = new LRUCache<string, Known>({ maxSize: bytesMax, sizeCalculation: (_known, key) => bytesOf(key) })
  const find = (text: string, name: string | undefined): Known => {
    const key = name === undefined ? text : `${name}\0${text}`
    const present = cache.get(key)
    if (present !== undefined) return present
    const made = read(limiter(text, name), name, schema)
    cache.set(key, made)
    return made
  }
  return async ({ query, variables = {}, operationName }, context) => {
    const known = find(query, operationName)
    known.admit(variables)
    known.timesAsked += 1
    if (known.timesAsked === compiledAt && known.isCompilable) known.run = compiled(known, operationName, schema)
    return known.run(context, variables)
  }
}

const read = (measured: MeasuredDocument, name: string | undefined, schema: GraphQLSchema): Known => {
  const { document } = measured
  const errors = validate(schema, document, specifiedRules, { maxErrors: errorsMax })
  if (errors.length > 0) throw new AggregateError(errors.map(invalid))
  if (!getOperationAST(document, name))
    throw new GraphQLError(
      name == null ? 'Say by `operationName` which of the operations is meant.' : 'The operation that is named is not in the document.',
      { extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } },
    )
  const run: Run = (contextValue, variableValues) =>
    execute({ schema, document, contextValue, variableValues, operationName: name ?? null })
  return { ...measured, run, timesAsked: 0, isCompilable: !hasUnwritableKey(document) }
}

/** NOTE: the compiled form refuses what is non-null, has a default and is left out, so defaults are filled in before. */
const compiled = ({ document, run }: Known, name: string | undefined, schema: GraphQLSchema): Run => {
  const made = compileQuery(schema, document, name)
  const definitions = getOperationAST(document, name)?.variableDefinitions ?? []
  if (!isCompiledQuery(made)) return run
  if (definitions.length === 0) return (context, variables) => made.query(undefined, context, variables)
  return (context, variables) => made.query(undefined, context, getVariableValues(schema, definitions, variables).coerced ?? variables)
}

/** NOTE: compiled operations put values under their keys as one assigns properties, which sets the prototype for this one. */
const hasUnwritableKey = (document: DocumentNode): boolean => {
  let has = false
  visit(document, {
    Field: ({ alias }) => {
      has ||= alias?.value === '__proto__'
    },
  })
  return has
}

const invalid = ({ message, nodes }: GraphQLError): GraphQLError =>
  new GraphQLError(message, { nodes: nodes ?? null, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } })
