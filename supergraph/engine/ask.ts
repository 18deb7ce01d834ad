import type { GraphqlError } from '#platform/graphql/execute.ts'
import type { Caching } from './caching.ts'

/** What a plan asks of a subgraph. The texts are made once: `body` needs no second encoding. */
export type SubgraphRequest = {
  readonly subgraph: string
  readonly kind: 'query' | 'mutation' | 'subscription'
  readonly query: string
  /** JSON text of the `variables` object. */
  readonly variables: string
  /** JSON text of the GraphQL over HTTP request. */
  readonly body: string
}
export type SubgraphAnswer = {
  readonly data?: Readonly<Record<string, unknown>> | null | undefined
  readonly errors?: readonly GraphqlError[] | undefined
  readonly extensions?: Readonly<Record<string, unknown>> | undefined
  /** Absent for what may not be kept. */
  readonly caching?: Caching
}

/**
 * Asks one subgraph. The answer's data becomes the engine's own: it is changed in place. Rejects when the subgraph does
 * not answer at all.
 */
export type AskSubgraph<C> = (request: SubgraphRequest, context: C) => Promise<SubgraphAnswer>

/** Subscribes to one subgraph until `signal` aborts, the subgraph completes it, or the connection is lost (then it throws). */
export type SubscribeSubgraph<C> = (request: SubgraphRequest, context: C, signal: AbortSignal) => AsyncIterable<SubgraphAnswer>
