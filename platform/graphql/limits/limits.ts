import { GraphQLError } from 'graphql'
import { CinegraphError, type ErrorCode, extensionsOf } from '#platform/errors/errors.ts'
import type { Details } from '#platform/errors/row.ts'
import { tokensMaxDefault } from '#platform/graphql/limits/parse-document.ts'

/** What one operation may be and cost. Counts are of the operation with its fragments written out where they are spread. */
export type QueryLimits = {
  readonly tokensMax: number
  readonly depthMax: number
  readonly aliasesMax: number
  readonly rootFieldsMax: number
  readonly directivesMax: number
  readonly selectionsMax: number
  /** Values that the answer is expected to have: fields times the sizes of the lists around them. */
  readonly costMax: number
  /** Items of a list whose size nothing tells. */
  readonly listSize: number
  readonly answerBytesMax: number
  /** Objects of an answer, counted each time one stands in a list or is fetched. */
  readonly answerRowsMax: number
}

export const defaultLimits: QueryLimits = {
  tokensMax: tokensMaxDefault,
  depthMax: 15,
  aliasesMax: 30,
  rootFieldsMax: 20,
  directivesMax: 200,
  selectionsMax: 5_000,
  costMax: 20_000,
  listSize: 10,
  answerBytesMax: 16 * 1024 * 1024,
  answerRowsMax: 200_000,
}

/** For subgraphs, which are asked by the gateway: a fetch has an alias per batch and a list of representations. */
export const subgraphLimits: QueryLimits = {
  ...defaultLimits,
  tokensMax: 50_000,
  depthMax: 30,
  aliasesMax: 2_000,
  rootFieldsMax: 500,
  selectionsMax: 20_000,
  costMax: 1_000_000,
}

/** A refusal as GraphQL clients get it. */
export const refusal = (code: ErrorCode, details: Details): GraphQLError =>
  new GraphQLError(new CinegraphError(code, details).message, { extensions: { ...extensionsOf(code), ...details } })
