import type { Caller } from '#platform/contracts/viewer.ts'

export type GraphqlRequest = {
  readonly query: string
  readonly variables?: Readonly<Record<string, unknown>>
  readonly operationName?: string
}
export type GraphqlError = {
  readonly message: string
  readonly path?: readonly (string | number)[] | undefined
  readonly extensions?: Readonly<Record<string, unknown>>
}
export type GraphqlAnswer = {
  readonly data?: Readonly<Record<string, unknown>> | null | undefined
  readonly errors?: readonly GraphqlError[] | undefined
  /** Set when it was refused because it came too often: how long to wait. Written into the answer's `extensions`. */
  readonly retryAfterSeconds?: number | undefined
}

/** Whether what a service sent is an answer: one has `data`, `errors` or both. */
export const isAnswer = (sent: unknown): sent is GraphqlAnswer =>
  typeof sent === 'object' && sent !== null && ('data' in sent || 'errors' in sent)

/** What a service sent, when it is an answer. Throws when it is something else. */
export const asAnswer = (sent: unknown): GraphqlAnswer => {
  if (isAnswer(sent)) return sent
  throw new TypeError('it is no GraphQL answer')
}

/** Answers one GraphQL request for a caller: a subgraph or the supergraph, in this process or over HTTP. */
export type ExecuteGraphql = (request: GraphqlRequest, caller: Caller) => Promise<GraphqlAnswer>
/** An answer for each event of a subscription, until `signal` aborts or the source ends; one answer for a request that is refused. */
export type SubscribeGraphql = (request: GraphqlRequest, caller: Caller, signal: AbortSignal) => AsyncIterable<GraphqlAnswer>
export type GraphqlService = { readonly execute: ExecuteGraphql; readonly subscribe: SubscribeGraphql }
